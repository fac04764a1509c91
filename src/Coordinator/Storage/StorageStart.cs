using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace S2M.Coordinator.Storage;

/// <summary>Brings the database up to this program's schema before any other service starts, or looks that it is there.</summary>
/// <param name="migrator">Migrates.</param>
/// <param name="options">Whether it may.</param>
internal sealed class StorageStart(Migrator migrator, IOptions<StorageOptions> options) : IHostedLifecycleService
{
    /// <inheritdoc/>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Migrate)
        {
            migrator.Up();
        }
        else
        {
            await migrator.RequireAsync(cancellationToken);
        }
    }

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
