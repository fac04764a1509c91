namespace S2M.Coordinator.Schedules;

/// <summary>The schedules' rows. Every method is one transaction. Times are kept to the millisecond at least.</summary>
public interface IScheduleStore
{
    /// <summary>Stores a new schedule, with its request and revision 0.</summary>
    /// <returns>False where the name is taken; nothing is stored then.</returns>
    Task<bool> AddAsync(ScheduleRecord schedule, CancellationToken cancellationToken);

    /// <summary>A schedule, or null.</summary>
    Task<ScheduleRecord?> FindAsync(string @namespace, string name, CancellationToken cancellationToken);

    /// <summary>A namespace's schedules by name.</summary>
    Task<IReadOnlyList<ScheduleRecord>> ListAsync(string @namespace, CancellationToken cancellationToken);

    /// <summary>Schedules of all namespaces whose next due time is not after a time, the longest due first.</summary>
    Task<IReadOnlyList<ScheduleRecord>> DueAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Pauses or resumes: sets the flag and the next due time, and raises the revision by one.</summary>
    /// <returns>The row as it is now; null where there is none.</returns>
    Task<ScheduleRecord?> SetPausedAsync(string @namespace, string name, bool paused, DateTimeOffset? nextDue, CancellationToken cancellationToken);

    /// <summary>
    /// Records a new run, sets the next due time and raises the revision by one, where creation time and revision are still those of the row that was seen.
    /// This is what lets one of many silos, and one of many users, begin a run.
    /// </summary>
    /// <returns>False where somebody was faster, or the schedule is gone; nothing is stored then.</returns>
    Task<bool> AdvanceAsync(ScheduleRecord seen, DateTimeOffset? nextDue, ScheduleRunRecord run, CancellationToken cancellationToken);

    /// <summary>Runs of all schedules that are Started and have no job yet, by due time.</summary>
    Task<IReadOnlyList<UnsubmittedRun>> UnsubmittedAsync(CancellationToken cancellationToken);

    /// <summary>Sets outcome, reason, job and origin of a run that is Started and has no job yet; no change where it has one, is none such, or is gone.</summary>
    Task CompleteRunAsync(string @namespace, string name, ScheduleRunRecord run, CancellationToken cancellationToken);

    /// <summary>The run of a due time, or null.</summary>
    Task<ScheduleRunRecord?> FindRunAsync(string @namespace, string name, DateTimeOffset due, CancellationToken cancellationToken);

    /// <summary>Runs, newest first.</summary>
    Task<IReadOnlyList<ScheduleRunRecord>> RunsAsync(string @namespace, string name, int limit, CancellationToken cancellationToken);

    /// <summary>Removes a schedule and its runs.</summary>
    /// <returns>False where there is none.</returns>
    Task<bool> RemoveAsync(string @namespace, string name, CancellationToken cancellationToken);
}
