using Microsoft.Extensions.Hosting;

namespace S2M.Coordinator.Checkpoints;

/// <summary>Looks that checkpoints can be kept before any other service starts: a loop does not find out behind its first hour.</summary>
/// <param name="blobs">Where they are kept.</param>
internal sealed class CheckpointStart(ICheckpointBlobs blobs) : IHostedLifecycleService
{
    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => blobs.CheckAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
