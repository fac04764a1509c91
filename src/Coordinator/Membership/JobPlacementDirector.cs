using Orleans.Runtime.Placement;
using S2M.Coordinator.Jobs;

namespace S2M.Coordinator.Membership;

/// <summary>
/// Spreads jobs over silos by what the database says of them. A silo that owns a job's newest loop gets the job itself, so that a job whose activation was lost while
/// its loop runs does not come up beside it.
/// </summary>
/// <param name="store">The jobs' rows.</param>
internal sealed class JobPlacementDirector(IJobStore store) : IPlacementDirector
{
    /// <inheritdoc/>
    public async Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        SiloAddress[] silos = context.GetCompatibleSilos(target);
        if (silos.Length == 1)
        {
            return silos[0];
        }

        string id = target.GrainIdentity.Key.ToString()!;
        JobRecord? job = await store.FindAsync(id, CancellationToken.None);
        IReadOnlyDictionary<string, int> running = await store.CountRunningAsync(CancellationToken.None);
        return Choose(silos, id, job is { State: JobState.Running } ? job.Owner : string.Empty, running);
    }

    /// <summary>The silo of a job.</summary>
    /// <param name="silos">Those that can take it; at least one.</param>
    /// <param name="jobId">The job: among silos with equally few jobs it chooses, so that jobs that come at once are spread.</param>
    /// <param name="owner">The silo that began its newest loop; empty for none.</param>
    /// <param name="running">How many jobs each silo runs.</param>
    internal static SiloAddress Choose(IReadOnlyList<SiloAddress> silos, string jobId, string owner, IReadOnlyDictionary<string, int> running)
    {
        if (silos.FirstOrDefault(silo => Silos.NameOf(silo) == owner) is { } own)
        {
            return own;
        }

        int fewest = silos.Min(Load);
        SiloAddress[] free = [.. silos.Where(silo => Load(silo) == fewest).OrderBy(Silos.NameOf, StringComparer.Ordinal)];
        return free[(int)(jobId.Aggregate(0u, static (sum, letter) => unchecked((sum * 31) + letter)) % (uint)free.Length)];

        int Load(SiloAddress silo) => running.GetValueOrDefault(Silos.NameOf(silo));
    }
}
