using Microsoft.Extensions.Diagnostics.HealthChecks;
using S2M.Coordinator.Storage;
using S2M.Coordinator.Workers;

namespace S2M.Coordinator.Hosting;

/// <summary>Healthy while the database answers.</summary>
/// <param name="workers">Rows that are few and always there.</param>
internal sealed class StorageCheck(IWorkerStore workers) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await workers.ListAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (StorageException problem)
        {
            return HealthCheckResult.Unhealthy(problem.Message, problem);
        }
    }
}
