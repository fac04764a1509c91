using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using S2M.Protos.V1;

namespace S2M.Client.Tests.Fakes;

/// <summary>The data set service: keeps what arrives.</summary>
public sealed class FakeDataSets : DataSetService.DataSetServiceBase
{
    private readonly Dictionary<string, MemoryStream> _arrived = new(StringComparer.Ordinal);

    public List<DataSet> All { get; } = [];

    public ConcurrentQueue<IMessage> Requests { get; } = new();

    /// <summary>How uploads are cut, in turn.</summary>
    public ConcurrentQueue<Cut> Cuts { get; } = new();

    /// <summary>What arrived of a version.</summary>
    public byte[] Arrived(string sha256) => _arrived[sha256].ToArray();

    public override Task<BeginUploadResponse> BeginUpload(BeginUploadRequest request, ServerCallContext context)
    {
        Requests.Enqueue(request);
        DataSet? known = All.Find(set => set.Version == $"{request.Name}@{request.Sha256}");
        return Task.FromResult(new BeginUploadResponse { ReceivedBytes = Content(request.Sha256).Length, DataSet = known });
    }

    public override async Task<UploadContentResponse> UploadContent(IAsyncStreamReader<UploadContentRequest> requestStream, ServerCallContext context)
    {
        Cut? cut = Cuts.TryDequeue(out Cut? next) ? next : null;
        MemoryStream? content = null;
        for (int messages = 0; await requestStream.MoveNext(context.CancellationToken); messages++)
        {
            UploadContentRequest message = requestStream.Current;
            if (messages == cut?.After)
            {
                cut.Make(context);
                break;
            }

            message.Data.Length.ShouldBeInRange(1, 256 * 1024);
            if (content is null)
            {
                Requests.Enqueue(new UploadContentRequest { Sha256 = message.Sha256, Offset = message.Offset });
                content = Content(message.Sha256);
                message.Offset.ShouldBe(content.Length);
            }

            content.Write(message.Data.Span);
        }

        return new UploadContentResponse { ReceivedBytes = content?.Length ?? 0 };
    }

    public override Task<CompleteUploadResponse> CompleteUpload(CompleteUploadRequest request, ServerCallContext context)
    {
        Requests.Enqueue(request);
        var set = new DataSet { Name = request.Name, Version = $"{request.Name}@{request.Sha256}", ContentBytes = Content(request.Sha256).Length, Actor = request.Actor };
        All.Add(set);
        return Task.FromResult(new CompleteUploadResponse { DataSet = set });
    }

    public override Task<RegisterDataSetResponse> RegisterDataSet(RegisterDataSetRequest request, ServerCallContext context)
    {
        Requests.Enqueue(request);
        var set = new DataSet { Name = request.Name, Version = $"{request.Name}@{new string('b', 64)}", Path = request.Path };
        All.Add(set);
        return Task.FromResult(new RegisterDataSetResponse { DataSet = set });
    }

    public override Task<GetDataSetResponse> GetDataSet(GetDataSetRequest request, ServerCallContext context)
    {
        DataSet set = All.Find(known => known.Name == request.Version || known.Version == request.Version)
            ?? throw new RpcException(new Status(StatusCode.NotFound, $"data set '{request.Version}': expected one that is registered, got none; list them"));
        return Task.FromResult(new GetDataSetResponse { DataSet = set, Classes = { new DataSetClass { Name = "Greek/character01", Images = 20 } } });
    }

    public override Task<ListDataSetsResponse> ListDataSets(ListDataSetsRequest request, ServerCallContext context)
        => Task.FromResult(new ListDataSetsResponse { DataSets = { All } });

    private MemoryStream Content(string sha256)
    {
        if (!_arrived.TryGetValue(sha256, out MemoryStream? content))
        {
            _arrived[sha256] = content = new MemoryStream();
        }

        return content;
    }
}
