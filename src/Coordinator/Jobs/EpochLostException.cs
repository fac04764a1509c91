namespace S2M.Coordinator.Jobs;

/// <summary>Another loop has taken the job over: what this one would still write is refused, and it ends.</summary>
/// <param name="jobId">The job.</param>
/// <param name="epoch">The epoch of the loop that ends.</param>
internal sealed class EpochLostException(string jobId, long epoch) : Exception($"job {jobId}: the loop of epoch {epoch} was taken over by another one");
