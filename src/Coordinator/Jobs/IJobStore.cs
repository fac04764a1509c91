namespace S2M.Coordinator.Jobs;

/// <summary>
/// The jobs' rows. Every method is one transaction; a repeated write of the same thing is no change. What a loop writes names its epoch and is refused
/// (false) where the row has another, so that a loop that was taken over changes nothing any more.
/// </summary>
public interface IJobStore
{
    /// <summary>Stores a job as Queued, with its first transition. The same namespace and request again gives the job that is there.</summary>
    Task<JobRecord> AddAsync(NewJob job, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>A job, or null.</summary>
    Task<JobRecord?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>Identifiers that begin with a text, in order, at most <paramref name="limit"/>; the text is taken literally.</summary>
    Task<IReadOnlyList<string>> FindByPrefixAsync(string prefix, int limit, CancellationToken cancellationToken);

    /// <summary>Jobs, newest first.</summary>
    Task<IReadOnlyList<JobRecord>> ListAsync(JobFilter filter, CancellationToken cancellationToken);

    /// <summary>How many Running jobs each silo has, by the silo that began their newest loop.</summary>
    Task<IReadOnlyDictionary<string, int>> CountRunningAsync(CancellationToken cancellationToken);

    /// <summary>A job's transitions, in order.</summary>
    Task<IReadOnlyList<JobTransition>> TransitionsAsync(string id, CancellationToken cancellationToken);

    /// <summary>
    /// Changes a job's state where it is still <paramref name="from"/>, and writes the transition. What it waits for and the silo of its loop are cleared.
    /// A state that ends the job (Succeeded, Failed, Cancelled, Stopped) sets its end time, any other clears it.
    /// </summary>
    /// <returns>False where the state was another one.</returns>
    Task<bool> MoveAsync(string id, JobState from, JobState to, string reason, string actor, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Raises the epoch of a Running job by one where it is still <paramref name="epoch"/>, for a loop on a silo; sets its start time at the first.</summary>
    /// <returns>The new epoch, or null where epoch or state was another.</returns>
    Task<long?> BeginEpochAsync(string id, long epoch, string owner, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Ends a Running job of an epoch: state, transition, end time, and for Succeeded the hash of the final parameters. A job that was moved since that epoch was
    /// begun, and is Running again before the next one is, has no loop that may end it.
    /// </summary>
    /// <returns>False where epoch or state was another, or the job was moved since.</returns>
    Task<bool> FinishAsync(string id, long epoch, JobState to, string reason, string parametersHash, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Says what a Queued or Running job waits for; an empty text clears it. The time stays where the text does.</summary>
    /// <returns>False where the epoch or state was another.</returns>
    Task<bool> SetWaitAsync(string id, long epoch, string waitsFor, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Pins contract and canary, once: where they are set already nothing changes.</summary>
    /// <returns>The record as it is now; null where the epoch was another.</returns>
    Task<JobRecord?> PinNumericsAsync(string id, long epoch, string numericContract, string canary, CancellationToken cancellationToken);

    /// <summary>Stores a checkpoint and moves the job's pointer to it, whatever the state: a loop that is stopped keeps its last step.</summary>
    /// <returns>False where the epoch was another.</returns>
    Task<bool> PublishCheckpointAsync(string id, CheckpointRecord checkpoint, CancellationToken cancellationToken);

    /// <summary>Removes checkpoint rows of a job, before their files are removed. The one that the pointer names stays, whatever is asked.</summary>
    /// <returns>False where the epoch was another.</returns>
    Task<bool> ForgetCheckpointsAsync(string id, long epoch, IReadOnlyCollection<CheckpointRecord> checkpoints, CancellationToken cancellationToken);

    /// <summary>A job's checkpoints by step, then epoch.</summary>
    Task<IReadOnlyList<CheckpointRecord>> CheckpointsAsync(string id, CancellationToken cancellationToken);
}
