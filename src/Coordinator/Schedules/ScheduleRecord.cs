namespace S2M.Coordinator.Schedules;

/// <summary>Where a scheduled job's parameters come from. The numbers are stored.</summary>
public enum StartFrom
{
    /// <summary>Version 0 of a new network.</summary>
    Fresh = 1,

    /// <summary>The last checkpoint of the newest run that succeeded.</summary>
    Latest = 2,
}

/// <summary>What becomes of due times that passed unseen. The numbers are stored.</summary>
public enum MissedRuns
{
    /// <summary>However many passed, one run begins, at once.</summary>
    RunOnce = 1,

    /// <summary>None begins.</summary>
    Skip = 2,
}

/// <summary>What became of a due time. The numbers are stored.</summary>
public enum ScheduleOutcome
{
    /// <summary>A job was submitted.</summary>
    Started = 1,

    /// <summary>Nothing was submitted; the reason says why.</summary>
    Skipped = 2,

    /// <summary>The job could not be submitted; the reason says why.</summary>
    Refused = 3,
}

/// <summary>A schedule.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Name">Its name within the namespace.</param>
/// <param name="Cron">Minute, hour, day of month, month, day of week.</param>
/// <param name="TimeZone">IANA name of the zone that the expression is meant in.</param>
/// <param name="JobFile">The job file's text with the settings applied: YAML that <c>JobFile.Parse</c> reads without further settings.</param>
/// <param name="StartFrom">Where parameters come from.</param>
/// <param name="MissedRuns">What becomes of due times that passed unseen.</param>
/// <param name="Labels">Labels that its jobs get.</param>
/// <param name="Paused">Whether it is paused.</param>
/// <param name="NextDue">When the next run is due; null while it is paused or where no time is left.</param>
/// <param name="Actor">Who made it.</param>
/// <param name="CreatedAt">When.</param>
public sealed record ScheduleRecord(
    string Namespace,
    string Name,
    string Cron,
    string TimeZone,
    string JobFile,
    StartFrom StartFrom,
    MissedRuns MissedRuns,
    IReadOnlyDictionary<string, string> Labels,
    bool Paused,
    DateTimeOffset? NextDue,
    string Actor,
    DateTimeOffset CreatedAt)
{
    /// <summary>The request that made it.</summary>
    public string RequestId { get; init; } = string.Empty;

    /// <summary>How many times the row was changed: 0 when it is made, one more with every pause, resume and new run.</summary>
    public long Revision { get; init; }
}

/// <summary>A due time and what became of it. Started without a job is what stands between the decision to start and the submission.</summary>
/// <param name="Due">When it was due, for a run that a user asked for when that was; whole milliseconds, unique within the schedule.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reason">Why.</param>
/// <param name="JobId">The job; empty where none was submitted, or not yet.</param>
/// <param name="StartedFrom">The job whose checkpoint it started from; empty for a fresh network.</param>
public sealed record ScheduleRunRecord(DateTimeOffset Due, ScheduleOutcome Outcome, string Reason, string JobId, string StartedFrom);

/// <summary>A run that is recorded as started and has no job yet.</summary>
/// <param name="Schedule">Its schedule.</param>
/// <param name="Run">The run.</param>
public sealed record UnsubmittedRun(ScheduleRecord Schedule, ScheduleRunRecord Run);
