namespace S2M.Coordinator.Schedules;

/// <summary>The schedules' rows. Every method is one transaction.</summary>
public interface IScheduleStore
{
    /// <summary>Stores a new schedule.</summary>
    /// <returns>False where the name is taken; nothing is stored then.</returns>
    Task<bool> AddAsync(ScheduleRecord schedule, CancellationToken cancellationToken);

    /// <summary>A schedule, or null.</summary>
    Task<ScheduleRecord?> FindAsync(string @namespace, string name, CancellationToken cancellationToken);

    /// <summary>A namespace's schedules by name.</summary>
    Task<IReadOnlyList<ScheduleRecord>> ListAsync(string @namespace, CancellationToken cancellationToken);

    /// <summary>Schedules of all namespaces whose next due time is not after a time, the longest due first.</summary>
    Task<IReadOnlyList<ScheduleRecord>> DueAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Pauses or resumes: sets the flag and the next due time.</summary>
    /// <returns>The row as it is now; null where there is none.</returns>
    Task<ScheduleRecord?> SetPausedAsync(string @namespace, string name, bool paused, DateTimeOffset? nextDue, CancellationToken cancellationToken);

    /// <summary>Records what became of a due time and moves the next due time on, where it is still <paramref name="expectedDue"/>.</summary>
    /// <returns>False where another silo was faster; nothing is stored then.</returns>
    Task<bool> AdvanceAsync(
        string @namespace, string name, DateTimeOffset expectedDue, DateTimeOffset? nextDue, ScheduleRunRecord run, CancellationToken cancellationToken);

    /// <summary>Records a run that no due time asked for, or what became of one that is recorded: the same due time again replaces outcome, reason and job.</summary>
    Task PutRunAsync(string @namespace, string name, ScheduleRunRecord run, CancellationToken cancellationToken);

    /// <summary>Runs, newest first.</summary>
    Task<IReadOnlyList<ScheduleRunRecord>> RunsAsync(string @namespace, string name, int limit, CancellationToken cancellationToken);

    /// <summary>Removes a schedule and its runs.</summary>
    /// <returns>False where there is none.</returns>
    Task<bool> RemoveAsync(string @namespace, string name, CancellationToken cancellationToken);
}
