using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using S2M.Coordinator.Tests.Simulation;
using S2M.Coordinator.Workers;
using S2M.Numerics.Averaging;
using S2M.Numerics.Parameters;
using S2M.Protos.V1;
using S2M.Transport;
using S2M.Transport.Tests;

namespace S2M.Coordinator.Tests.Dispatch;

/// <summary>A worker behind a real socket whose gradients are those of a <see cref="QuadraticExecutor"/> and whose faults a test writes down.</summary>
internal sealed class FakeWorker : WorkerService.WorkerServiceBase, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly QuadraticExecutor _executor = new();
    private readonly ConcurrentQueue<ComputeShareRequest> _requests = new();
    private readonly SemaphoreSlim _entered = new(0);
    private readonly SemaphoreSlim _cancelled = new(0);
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ArrayOffers _offers = new(TimeProvider.System);
    private readonly ConcurrentQueue<ConnectionContext> _connections = new();
    private WebApplication _host = null!;
    private int _tickets;

    private FakeWorker(string id) => Id = id;

    internal string Id { get; }

    /// <summary>What goes wrong in a call.</summary>
    internal Func<ComputeShareRequest, Fault> FaultOf { get; set; } = _ => Fault.None;

    /// <summary>Whether its rounding is another one: the last bit of every number.</summary>
    internal bool HasOtherBits { get; set; }

    internal string NumericContract { get; init; } = "cpu";

    /// <summary>Arrays that went by a ticket.</summary>
    internal int Tickets => Volatile.Read(ref _tickets);

    /// <summary>Gives the parameters of a version.</summary>
    internal Func<int, ParameterSnapshot?> Version { get; set; } = _ => null;

    internal ComputeShareRequest[] Requests => [.. _requests];

    internal LentWorker Lent => new(Id, $"start of {Id}", _host.Urls.First(), NumericContract);

    private NetworkDefinition Network => new()
    {
        Parameters = Layout(_executor.Definition.Parameters),
        Buffers = Layout(_executor.Definition.Buffers),
        DescriptorSize = _executor.Definition.DescriptorSize,
        MetricNames = { _executor.Definition.MetricNames },
    };

    /// <summary>Starts one.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="contract">Its numeric contract.</param>
    /// <param name="hasDoor">Whether connections for arrays get through to it.</param>
    internal static async Task<FakeWorker> StartAsync(string id, string contract = "cpu", bool hasDoor = true)
    {
        var worker = new FakeWorker(id) { NumericContract = contract };
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.Use(next => connection =>
            {
                worker._connections.Enqueue(connection);
                return next(connection);
            });
            if (hasDoor)
            {
                listen.UseArrayDoor(worker._offers, TimeProvider.System);
            }
            else
            {
                listen.TakeCallsAlone();
            }
        }));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddGrpc();
        builder.Services.AddSingleton<IGrpcServiceActivator<FakeWorker>>(new Itself(worker));
        worker._host = builder.Build();
        worker._host.MapGrpcService<FakeWorker>();
        await worker._host.StartAsync();
        return worker;
    }

    /// <summary>Fails the calls of a kind of work in an order, then none.</summary>
    internal void Script(params Fault[] faults)
    {
        var script = new ConcurrentQueue<Fault>(faults);
        FaultOf = _ => script.TryDequeue(out Fault fault) ? fault : Fault.None;
    }

    /// <summary>Waits until one more call has come in.</summary>
    internal async Task EnteredAsync() => (await _entered.WaitAsync(Patience)).ShouldBeTrue($"a call came to {Id}");

    /// <summary>Waits until one more call was cancelled here.</summary>
    internal async Task CancelledAsync() => (await _cancelled.WaitAsync(Patience)).ShouldBeTrue($"a call of {Id} was cancelled");

    /// <summary>Cuts every connection, with the calls in it.</summary>
    internal void Cut()
    {
        while (_connections.TryDequeue(out ConnectionContext? connection))
        {
            connection.Abort();
        }
    }

    /// <summary>Lets slow calls answer.</summary>
    internal void Release() => _gate.SetResult();

    public override async Task ComputeShare(ComputeShareRequest request, IServerStreamWriter<ComputeShareResponse> responseStream, ServerCallContext context)
    {
        _requests.Enqueue(request);
        _entered.Release();
        Fault fault = FaultOf(request);
        switch (fault)
        {
            case Fault.FailsBefore:
                throw new RpcException(new Status(StatusCode.Internal, "out of memory"));
            case Fault.RefusesRequest:
                throw new RpcException(new Status(StatusCode.InvalidArgument, "episodes: expected images of the data set, got others"));
            case Fault.RefusesState:
                throw new RpcException(new Status(StatusCode.FailedPrecondition, "incarnation: expected mine, got another"));
            case Fault.Hangs:
                await HangAsync(context.CancellationToken);
                break;
            case Fault.Slow:
                await _gate.Task.WaitAsync(context.CancellationToken);
                break;
        }

        ComputeShareResponse[] parts = [.. Answer(request, fault)];
        for (int i = 0; i < parts.Length; i++)
        {
            if (request.TicketBytes > 0 && parts[i].Array is { Length: > 0 } header && header.Length * sizeof(float) >= request.TicketBytes)
            {
                int chunks = parts.Skip(i + 1).TakeWhile(static part => part.Chunk is not null).Count();
                await OfferAsync(parts[i], [.. parts[(i + 1)..(i + 1 + chunks)].SelectMany(static part => part.Chunk.Data)], responseStream, context.CancellationToken);
                i += chunks;
                continue;
            }

            await responseStream.WriteAsync(parts[i], context.CancellationToken);
            if (fault == Fault.FailsWithin && i == 1)
            {
                throw new RpcException(new Status(StatusCode.Internal, "the device fell out"));
            }

            if (fault == Fault.CutsConnection && i == 1)
            {
                context.GetHttpContext().Abort();
                return;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _gate.TrySetResult();
        await _host.DisposeAsync();
        _entered.Dispose();
        _cancelled.Dispose();
    }

    private static Protos.V1.ParameterLayout Layout(Numerics.Parameters.ParameterLayout layout)
    {
        var wire = new Protos.V1.ParameterLayout();
        wire.Entries.AddRange(layout.Entries.Select(entry => new Protos.V1.ParameterEntry
        {
            Name = entry.Name,
            Shape = { entry.Shape.Select(length => (long)length) },
            LearningRateScale = entry.LearningRateScale,
            WeightDecayScale = entry.WeightDecayScale,
        }));
        return wire;
    }

    private static IEnumerable<ComputeShareResponse> Array<T>(T[] values, ElementType type, TreeNode? node = null)
        where T : unmanaged
    {
        yield return new ComputeShareResponse { Array = new ArrayHeader { ElementType = type, Length = values.Length, Node = node } };
        ReadOnlyMemory<byte> bytes = MemoryMarshal.AsBytes<T>(values).ToArray();
        int half = bytes.Length / 2;
        yield return new ComputeShareResponse { Chunk = new TensorChunk { Offset = 0, Data = ByteString.CopyFrom(bytes.Span[..half]) } };
        yield return new ComputeShareResponse { Chunk = new TensorChunk { Offset = half, Data = ByteString.CopyFrom(bytes.Span[half..]) } };
    }

    private async Task OfferAsync(ComputeShareResponse header, byte[] bytes, IServerStreamWriter<ComputeShareResponse> stream, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _tickets);
        using ArrayOffer offer = _offers.Add(bytes);
        header.Array.Ticket = ByteString.CopyFrom(offer.Ticket.Span);
        await stream.WriteAsync(header, cancellationToken);
        await offer.Sent.WaitAsync(cancellationToken);
    }

    private async Task HangAsync(CancellationToken cancellationToken)
    {
        var never = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = cancellationToken.Register(() => never.TrySetCanceled(cancellationToken));
        try
        {
            await never.Task;
        }
        finally
        {
            _cancelled.Release();
        }
    }

    private List<ComputeShareResponse> Answer(ComputeShareRequest request, Fault fault)
    {
        List<ComputeShareResponse> parts = [.. Parts(request, fault)];
        if (fault == Fault.WrongLength)
        {
            parts.RemoveAt(parts.Count - 1);
        }

        var done = new ComputeShareResponse { Done = new ShareDone { Items = 1, ComputeSeconds = 0.5 } };
        return fault switch
        {
            Fault.NoEnd => parts,
            Fault.AnswersTwice => [.. parts, done, .. parts, done],
            _ => [.. parts, done],
        };
    }

    private IEnumerable<ComputeShareResponse> Parts(ComputeShareRequest request, Fault fault)
    {
        int extra = fault == Fault.OtherShape ? 1 : 0;
        int shift = fault == Fault.OtherEpisodes ? 1 : 0;
        GradientWork work = request.Gradient;
        return request.WorkCase switch
        {
            ComputeShareRequest.WorkOneofCase.Gradient => FixedTree.CompleteNodes(work.Leaves, work.First, work.Episodes.Count).SelectMany(node =>
            {
                EpisodeSum sum = fault == Fault.Absent ? EpisodeSum.Absent : FixedTree.Sum(node.Count, leaf => Leaf(work, node.First - work.First + leaf));
                return Array<float>(
                    [.. sum.Values.Select(value => HasOtherBits ? MathF.BitIncrement(value) : value), .. new float[extra]],
                    ElementType.Float32,
                    new TreeNode { First = node.First + shift, Count = node.Count, Present = sum.Present, Metrics = { sum.Metrics } });
            }),
            ComputeShareRequest.WorkOneofCase.Embedding => Array<float>(
                [.. request.Embedding.Images.Images.SelectMany(image => Enumerable.Range(0, 4 + extra).Select(i => (10f * image) + i))], ElementType.Float32),
            ComputeShareRequest.WorkOneofCase.Scoring => request.Scoring.Groups.SelectMany(group => Array<double>(
                [.. Enumerable.Range(0, (group.Concepts.Count * group.Concepts.Sum(concept => concept.Positives.Count)) + extra).Select(i => (double)i)], ElementType.Float64)),
            ComputeShareRequest.WorkOneofCase.Ranking => request.Ranking.Supports.SelectMany(support => Array<double>(
                [.. request.Ranking.Targets.Rows.Select(row => (double)(row + support.Rows.Sum())), .. new double[extra]], ElementType.Float64)),
            _ =>
            [
                new ComputeShareResponse { Network = Network },
                .. Array<float>([.. _executor.Definition.Initial.Parameters, .. new float[extra]], ElementType.Float32),
                .. Array<float>(_executor.Definition.Initial.Buffers, ElementType.Float32),
            ],
        };
    }

    private EpisodeSum Leaf(GradientWork work, int index)
    {
        Protos.V1.EpisodeAddress address = work.Episodes[index].Address;
        return _executor.Compute(
            Version(work.Version) ?? _executor.Definition.Initial,
            new Data.Sampling.EpisodeAddress(address.Seed, Data.Sampling.EpisodePhase.Training, address.Step, address.Index));
    }

    private sealed class Itself(FakeWorker worker) : IGrpcServiceActivator<FakeWorker>
    {
        public GrpcActivatorHandle<FakeWorker> Create(IServiceProvider serviceProvider) => new(worker, created: false, state: null);

        public ValueTask ReleaseAsync(GrpcActivatorHandle<FakeWorker> service) => default;
    }
}
