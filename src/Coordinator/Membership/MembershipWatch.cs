using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using S2M.Coordinator.Supervision;

namespace S2M.Coordinator.Membership;

/// <summary>Says when silos come and go, and wakes the supervisor: what a dead silo ran goes on elsewhere at once.</summary>
/// <param name="membership">The cluster.</param>
/// <param name="wake">Wakes the supervisor.</param>
/// <param name="logger">Told of silos.</param>
internal sealed class MembershipWatch(IClusterMembershipService membership, WakeCall wake, ILogger<MembershipWatch> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            ClusterMembershipSnapshot? last = null;
            await foreach (ClusterMembershipSnapshot now in membership.MembershipUpdates.WithCancellation(stoppingToken))
            {
                foreach (ClusterMember changed in now.Members.Values.Where(member => last is null
                    ? member.Status == SiloStatus.Active
                    : last.GetSiloStatus(member.SiloAddress) != member.Status))
                {
                    MembershipLog.Changed(logger, Silos.NameOf(changed.SiloAddress), changed.Name, changed.Status);
                }

                last = now;
                wake.Ring();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }
}
