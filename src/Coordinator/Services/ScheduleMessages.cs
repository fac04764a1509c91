using Google.Protobuf.WellKnownTypes;
using S2M.Coordinator.Schedules;
using S2M.Protos.V1;

namespace S2M.Coordinator.Services;

/// <summary>Schedules and runs as messages. The numbers of their enumerations are the wire's.</summary>
internal static class ScheduleMessages
{
    /// <summary>A schedule.</summary>
    internal static Schedule ToMessage(this ScheduleRecord schedule) => new()
    {
        Name = schedule.Name,
        Namespace = schedule.Namespace,
        Cron = schedule.Cron,
        TimeZone = schedule.TimeZone,
        JobFile = schedule.JobFile,
        StartFrom = (Protos.V1.StartFrom)schedule.StartFrom,
        MissedRuns = (Protos.V1.MissedRuns)schedule.MissedRuns,
        Paused = schedule.Paused,
        NextDue = schedule.NextDue?.ToTimestamp(),
        CreatedAt = schedule.CreatedAt.ToTimestamp(),
        Actor = schedule.Actor,
        Labels = { schedule.Labels.ToDictionary(StringComparer.Ordinal) },
    };

    /// <summary>A run.</summary>
    internal static ScheduleRun ToMessage(this ScheduleRunRecord run) => new()
    {
        Due = run.Due.ToTimestamp(),
        Outcome = (Protos.V1.ScheduleOutcome)run.Outcome,
        Reason = run.Reason,
        JobId = run.JobId,
        StartedFrom = run.StartedFrom,
    };
}
