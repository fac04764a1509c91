using Grpc.Core;
using Grpc.Net.Client;
using S2M.Protos.V1;

namespace S2M.Integration.Tests.Processes;

/// <summary>A worker of another numeric contract, as far as a directory can tell: it registers and beats, and answers no call.</summary>
internal sealed class StrangeWorker : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly WorkerDirectoryService.WorkerDirectoryServiceClient _directory;
    private readonly BeatRequest _beat;
    private readonly CancellationTokenSource _stop = new();
    private readonly Metadata _headers = new() { { "authorization", $"Bearer {Cluster.Token}" } };
    private Task _beating = Task.CompletedTask;

    private StrangeWorker(Uri coordinator, string name)
    {
        _channel = GrpcChannel.ForAddress(coordinator);
        _directory = new WorkerDirectoryService.WorkerDirectoryServiceClient(_channel);
        _beat = new BeatRequest { WorkerId = name, Incarnation = $"{name}-1", State = WorkerState.Ready };
    }

    /// <summary>Registers it.</summary>
    /// <param name="coordinator">Where.</param>
    /// <param name="name">Its name.</param>
    /// <param name="contract">Its numeric contract.</param>
    internal static async Task<StrangeWorker> RegisterAsync(Uri coordinator, string name, string contract)
    {
        var worker = new StrangeWorker(coordinator, name);
        RegisterWorkerResponse registered = await worker._directory.RegisterWorkerAsync(
            new RegisterWorkerRequest
            {
                WorkerId = name,
                Incarnation = worker._beat.Incarnation,
                Address = "http://127.0.0.1:9",
                Device = "cpu",
                NumericContract = contract,
                Build = "0",
            },
            worker._headers);
        worker._beating = worker.BeatAsync(TimeSpan.FromSeconds(registered.BeatSeconds));
        return worker;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _channel.Dispose();
    }

    private async Task BeatAsync(TimeSpan every)
    {
        using var timer = new PeriodicTimer(every);
        while (await timer.WaitForNextTickAsync(_stop.Token))
        {
            await _directory.BeatAsync(_beat, _headers, cancellationToken: _stop.Token);
        }
    }
}
