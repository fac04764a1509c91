using System.Collections.Concurrent;
using System.Net;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using S2M.Protos.V1;
using S2M.Transport.Tests;

namespace S2M.Worker.Tests.Processes;

/// <summary>A coordinator that a test scripts: directory, parameters and data sets over real sockets.</summary>
internal sealed class FakeCoordinator : IAsyncDisposable
{
    internal const string Token = "token-of-the-tests";

    private readonly WebApplication _web;

    private FakeCoordinator(int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, endPoint =>
        {
            endPoint.Protocols = HttpProtocols.Http2;
            endPoint.TakeCallsAlone();
        }));
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(this);
        builder.Services.AddSingleton<Directory>();
        builder.Services.AddSingleton<Parameters>();
        builder.Services.AddSingleton<Sets>();
        _web = builder.Build();
        _web.MapGrpcService<Directory>();
        _web.MapGrpcService<Parameters>();
        _web.MapGrpcService<Sets>();
    }

    internal Uri Address => new(_web.Urls.Single());

    internal Channel<RegisterWorkerRequest> Registrations { get; } = Channel.CreateUnbounded<RegisterWorkerRequest>();

    internal Channel<BeatRequest> Beats { get; } = Channel.CreateUnbounded<BeatRequest>();

    internal Channel<LeaveWorkerRequest> Leaves { get; } = Channel.CreateUnbounded<LeaveWorkerRequest>();

    /// <summary>Every pull of arrays, as it came.</summary>
    internal ConcurrentQueue<FetchArraysRequest> Pulls { get; } = new();

    /// <summary>Every pull of a specification, as it came.</summary>
    internal ConcurrentQueue<string> Specifications { get; } = new();

    /// <summary>Offsets of all fetches of a content, as they came.</summary>
    internal ConcurrentQueue<long> Offsets { get; } = new();

    /// <summary>The answer to a beat.</summary>
    internal Func<BeatRequest, BeatResponse> OnBeat { get; set; } = _ => new BeatResponse { Known = true, State = WorkerState.Ready };

    /// <summary>The specification of a job.</summary>
    internal Func<string, GetSpecificationResponse> OnSpecification { get; set; } = job => throw new RpcException(new Status(StatusCode.NotFound, $"no job {job}"));

    /// <summary>The arrays that are asked for.</summary>
    internal Func<FetchArraysRequest, Task<float[][]>> OnArrays { get; set; } = _ => throw new RpcException(new Status(StatusCode.NotFound, "no arrays"));

    /// <summary>Whether arrays are offered by tickets that nobody can show, where a pull takes such: no connection for arrays gets through.</summary>
    internal bool OffersWithoutDoor { get; set; }

    /// <summary>What is registered.</summary>
    internal Func<string, DataSet> OnDataSet { get; set; } = version => throw new RpcException(new Status(StatusCode.NotFound, $"no data set {version}"));

    /// <summary>The content that is served.</summary>
    internal byte[] Content { get; set; } = [];

    /// <summary>Bytes after which a fetch is cut; the next one goes to the end.</summary>
    internal int? CutAfter { get; set; }

    /// <summary>What a cut waits for.</summary>
    internal Task BeforeCut { get; set; } = Task.CompletedTask;

    internal static async Task<FakeCoordinator> StartAsync(int port = 0)
    {
        var coordinator = new FakeCoordinator(port);
        await coordinator._web.StartAsync();
        return coordinator;
    }

    public async ValueTask DisposeAsync() => await _web.DisposeAsync();

    private static void CheckToken(ServerCallContext context) => context.RequestHeaders.GetValue("authorization").ShouldBe($"Bearer {Token}");

    private sealed class Directory(FakeCoordinator coordinator) : WorkerDirectoryService.WorkerDirectoryServiceBase
    {
        public override async Task<RegisterWorkerResponse> RegisterWorker(RegisterWorkerRequest request, ServerCallContext context)
        {
            CheckToken(context);
            await coordinator.Registrations.Writer.WriteAsync(request);
            return new RegisterWorkerResponse { BeatSeconds = 0.05, LeaseSeconds = 2, State = WorkerState.Ready };
        }

        public override async Task<BeatResponse> Beat(BeatRequest request, ServerCallContext context)
        {
            CheckToken(context);
            BeatResponse answer = coordinator.OnBeat(request);
            await coordinator.Beats.Writer.WriteAsync(request);
            return answer;
        }

        public override async Task<LeaveWorkerResponse> LeaveWorker(LeaveWorkerRequest request, ServerCallContext context)
        {
            CheckToken(context);
            await coordinator.Leaves.Writer.WriteAsync(request);
            return new LeaveWorkerResponse();
        }
    }

    private sealed class Parameters(FakeCoordinator coordinator) : ParameterService.ParameterServiceBase
    {
        // Not a divisor of anything: arrays end inside a chunk.
        private const int ChunkBytes = 60_000;

        public override Task<GetSpecificationResponse> GetSpecification(GetSpecificationRequest request, ServerCallContext context)
        {
            CheckToken(context);
            coordinator.Specifications.Enqueue(request.JobId);
            return Task.FromResult(coordinator.OnSpecification(request.JobId));
        }

        public override async Task FetchArrays(FetchArraysRequest request, IServerStreamWriter<FetchArraysResponse> responseStream, ServerCallContext context)
        {
            CheckToken(context);
            coordinator.Pulls.Enqueue(request);
            if (coordinator.OffersWithoutDoor && request.TicketBytes > 0)
            {
                await responseStream.WriteAsync(new FetchArraysResponse
                {
                    Array = new ArrayHeader { ElementType = ElementType.Float32, Length = 1000, Ticket = ByteString.CopyFrom(new byte[16]) },
                });
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            }

            foreach (float[] array in await coordinator.OnArrays(request))
            {
                await responseStream.WriteAsync(new FetchArraysResponse { Array = new ArrayHeader { ElementType = ElementType.Float32, Length = array.Length } });
                byte[] bytes = MemoryMarshal.AsBytes<float>(array).ToArray();
                for (int offset = 0; offset < bytes.Length; offset += ChunkBytes)
                {
                    ByteString data = ByteString.CopyFrom(bytes, offset, Math.Min(ChunkBytes, bytes.Length - offset));
                    await responseStream.WriteAsync(new FetchArraysResponse { Chunk = new TensorChunk { Offset = offset, Data = data } });
                }
            }
        }
    }

    private sealed class Sets(FakeCoordinator coordinator) : DataSetService.DataSetServiceBase
    {
        private const int RunBytes = 1000;

        public override Task<GetDataSetResponse> GetDataSet(GetDataSetRequest request, ServerCallContext context)
        {
            CheckToken(context);
            return Task.FromResult(new GetDataSetResponse { DataSet = coordinator.OnDataSet(request.Version) });
        }

        public override async Task FetchContent(FetchContentRequest request, IServerStreamWriter<FetchContentResponse> responseStream, ServerCallContext context)
        {
            CheckToken(context);
            coordinator.Offsets.Enqueue(request.Offset);
            byte[] content = coordinator.Content;
            int end = coordinator.CutAfter ?? content.Length;
            for (int offset = (int)request.Offset; offset < end; offset += RunBytes)
            {
                await responseStream.WriteAsync(new FetchContentResponse { Data = ByteString.CopyFrom(content, offset, Math.Min(RunBytes, end - offset)) });
            }

            if (coordinator.CutAfter is not null)
            {
                coordinator.CutAfter = null;
                await coordinator.BeforeCut;
                context.GetHttpContext().Abort();
            }
        }
    }
}
