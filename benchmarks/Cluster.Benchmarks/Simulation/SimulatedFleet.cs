using System.Collections.Concurrent;
using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using S2M.Protos.V1;
using S2M.Worker.Parameters;

namespace S2M.Cluster.Benchmarks.Simulation;

/// <summary>The workers of one process: registered and kept alive one by one, as real ones are.</summary>
internal sealed class SimulatedFleet : IAsyncDisposable
{
    private const string Contract = "numerics 0; simulated";

    private readonly ConcurrentDictionary<string, Member> _members = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, GrpcChannel> _channels = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly Metadata _headers;
    private readonly List<Task> _beats = [];

    /// <summary>Registers nobody yet.</summary>
    /// <param name="token">What every call carries.</param>
    /// <param name="parameters">Numbers of a gradient.</param>
    internal SimulatedFleet(string token, int parameters)
    {
        _headers = new Metadata { { "authorization", $"Bearer {token}" } };
        Gradient = [.. Enumerable.Range(0, parameters).Select(static at => 1e-3f * ((at % 7) - 3))];
    }

    /// <summary>What every episode's gradient is.</summary>
    internal float[] Gradient { get; }

    /// <summary>The worker of an incarnation.</summary>
    internal Member Find(string incarnation) => _members[incarnation];

    /// <summary>Registers workers and keeps them alive.</summary>
    internal async Task RegisterAsync(Uri coordinator, Uri address, IEnumerable<int> numbers, FleetSettings simulation)
    {
        var directory = new WorkerDirectoryService.WorkerDirectoryServiceClient(To(coordinator.ToString()));
        await Parallel.ForEachAsync(numbers, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, stop) =>
        {
            string id = string.Create(CultureInfo.InvariantCulture, $"simulated-{number}");
            double factor = number <= simulation.Slow ? simulation.SlowFactor : 1;
            var member = new Member($"{id} of {Environment.ProcessId}", simulation.Delay * factor);
            _members[member.Incarnation] = member;
            RegisterWorkerResponse registered = await directory.RegisterWorkerAsync(
                new RegisterWorkerRequest
                {
                    WorkerId = id,
                    Incarnation = member.Incarnation,
                    Address = address.ToString(),
                    Device = "simulated",
                    NumericContract = Contract,
                    Build = "simulated",
                },
                _headers,
                cancellationToken: stop);
            lock (_beats)
            {
                _beats.Add(BeatAsync(directory, id, member, TimeSpan.FromSeconds(registered.BeatSeconds)));
            }
        });
    }

    /// <summary>Pulls the version that a share names, once for each worker, as workers on machines of their own would.</summary>
    internal Task PullAsync(Member worker, ComputeShareRequest request, CancellationToken cancellationToken)
    {
        if (request.WorkCase != ComputeShareRequest.WorkOneofCase.Gradient || worker.Pulled == (request.JobId, request.Epoch, request.Gradient.Version))
        {
            return Task.CompletedTask;
        }

        worker.Pulled = (request.JobId, request.Epoch, request.Gradient.Version);
        return FetchAsync(request, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_beats).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (GrpcChannel channel in _channels.Values)
        {
            channel.Dispose();
        }

        _stop.Dispose();
    }

    private async Task FetchAsync(ComputeShareRequest request, CancellationToken cancellationToken)
    {
        using AsyncServerStreamingCall<FetchArraysResponse> call = new ParameterService.ParameterServiceClient(To(request.ParametersAt)).FetchArrays(
            new FetchArraysRequest { JobId = request.JobId, Epoch = request.Epoch, Version = request.Gradient.Version, TicketBytes = request.TicketBytes },
            _headers, cancellationToken: cancellationToken);
        await ArrayPull.ReadAsync(call.ResponseStream, new Uri(request.ParametersAt), 2, static _ => { }, cancellationToken);
    }

    private async Task BeatAsync(WorkerDirectoryService.WorkerDirectoryServiceClient directory, string id, Member member, TimeSpan every)
    {
        using var timer = new PeriodicTimer(every);
        while (await timer.WaitForNextTickAsync(_stop.Token))
        {
            try
            {
                await directory.BeatAsync(
                    new BeatRequest { WorkerId = id, Incarnation = member.Incarnation, State = WorkerState.Ready, Shares = member.Shares }, _headers, cancellationToken: _stop.Token);
            }
            catch (RpcException) when (!_stop.IsCancellationRequested)
            {
                // The coordinator is away or overloaded: the next beat comes.
            }
        }
    }

    private GrpcChannel To(string address) => _channels.GetOrAdd(address, static at => GrpcChannel.ForAddress(at, new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true },
    }));

    /// <summary>One worker.</summary>
    internal sealed class Member(string incarnation, TimeSpan delay)
    {
        internal string Incarnation => incarnation;

        internal TimeSpan Delay => delay;

        /// <summary>One share at a time.</summary>
        internal SemaphoreSlim Turn { get; } = new(1, 1);

        internal (string Job, long Epoch, int Version) Pulled { get; set; }

        internal long Shares { get; set; }
    }
}
