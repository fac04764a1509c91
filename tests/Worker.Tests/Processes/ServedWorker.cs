using S2M.Protos.V1;

namespace S2M.Worker.Tests.Processes;

/// <summary>A coordinator with the small job, and a worker process that has registered with it.</summary>
public sealed class ServedWorker : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    internal ServedJob Job { get; } = new();

    internal FakeCoordinator Coordinator { get; private set; } = null!;

    internal WorkerProcess Worker { get; private set; } = null!;

    internal ShareClient Client { get; private set; } = null!;

    internal RegisterWorkerRequest Registration { get; private set; } = null!;

    /// <summary>A share of the job for this worker.</summary>
    internal ComputeShareRequest Share => ServedJob.Share(Coordinator, Registration.Incarnation);

    public async ValueTask InitializeAsync()
    {
        Coordinator = await FakeCoordinator.StartAsync();
        Job.ServeAt(Coordinator);
        Worker = WorkerProcess.Start(Coordinator.Address, _folder.Path);
        Client = await Worker.ConnectAsync();
        Registration = await Coordinator.Registrations.Reader.ReadAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Worker.Dispose();
        await Coordinator.DisposeAsync();
        Job.Dispose();
        _folder.Dispose();
    }
}
