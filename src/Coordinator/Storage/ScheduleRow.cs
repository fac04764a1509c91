using S2M.Coordinator.Schedules;

namespace S2M.Coordinator.Storage;

/// <summary>A row of <c>schedules</c> as a query gives it.</summary>
internal sealed class ScheduleRow
{
    /// <summary>The columns, by the names of the members here.</summary>
    internal const string Columns = """
        namespace, name, cron, time_zone AS TimeZone, job_file AS JobFile, start_from AS StartFrom, missed_runs AS MissedRuns, labels, paused, next_due AS NextDue,
        actor, created_at AS CreatedAt
        """;

    /// <summary>The statement that stores a <see cref="ScheduleRow"/>; nothing where the name is taken.</summary>
    internal const string Insert = """
        INSERT INTO schedules (namespace, name, cron, time_zone, job_file, start_from, missed_runs, labels, paused, next_due, actor, created_at)
        VALUES (@Namespace, @Name, @Cron, @TimeZone, @JobFile, @StartFrom, @MissedRuns, @Labels, @Paused, @NextDue, @Actor, @CreatedAt)
        ON CONFLICT DO NOTHING
        """;

    public string Namespace { get; init; } = string.Empty;

    public string Name { get; init; } = string.Empty;

    public string Cron { get; init; } = string.Empty;

    public string TimeZone { get; init; } = string.Empty;

    public string JobFile { get; init; } = string.Empty;

    public int StartFrom { get; init; }

    public int MissedRuns { get; init; }

    public string Labels { get; init; } = string.Empty;

    public int Paused { get; init; }

    public long? NextDue { get; init; }

    public string Actor { get; init; } = string.Empty;

    public long CreatedAt { get; init; }

    /// <summary>The row of a schedule.</summary>
    internal static ScheduleRow Of(ScheduleRecord schedule) => new()
    {
        Namespace = schedule.Namespace,
        Name = schedule.Name,
        Cron = schedule.Cron,
        TimeZone = schedule.TimeZone,
        JobFile = schedule.JobFile,
        StartFrom = (int)schedule.StartFrom,
        MissedRuns = (int)schedule.MissedRuns,
        Labels = LabelText.Of(schedule.Labels),
        Paused = schedule.Paused ? 1 : 0,
        NextDue = UnixTime.Of(schedule.NextDue),
        Actor = schedule.Actor,
        CreatedAt = UnixTime.Of(schedule.CreatedAt),
    };

    /// <summary>The schedule.</summary>
    internal ScheduleRecord ToRecord() => new(
        Namespace,
        Name,
        Cron,
        TimeZone,
        JobFile,
        (StartFrom)StartFrom,
        (MissedRuns)MissedRuns,
        LabelText.Parse(Labels),
        Paused == 1,
        UnixTime.ToTime(NextDue),
        Actor,
        UnixTime.ToTime(CreatedAt));
}
