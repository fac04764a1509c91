using System.Globalization;

namespace S2M.Coordinator.Schedules;

/// <summary>What becomes of a schedule that is due: a function of its arguments, so that every silo decides alike.</summary>
/// <param name="Run">The run to record, without the job that it starts from.</param>
/// <param name="NextDue">When the next one is due; null where no time is left.</param>
internal sealed record ScheduleDecision(ScheduleRunRecord Run, DateTimeOffset? NextDue)
{
    /// <summary>Decides. However many due times have passed, one run is recorded, for the last of them.</summary>
    /// <param name="schedule">A schedule with a next due time that is not after <paramref name="now"/>.</param>
    /// <param name="times">Its due times.</param>
    /// <param name="now">The time.</param>
    /// <param name="grace">How late a due time may be seen and still is on time.</param>
    /// <param name="blocker">Why no run may begin because one goes on; null where none does.</param>
    internal static ScheduleDecision Make(ScheduleRecord schedule, DueTimes times, DateTimeOffset now, TimeSpan grace, string? blocker)
    {
        DateTimeOffset first = schedule.NextDue ?? now;
        DateTimeOffset last = times.Since(first).TakeWhile(due => due <= now).LastOrDefault(first);
        bool missed = now - last > grace;
        string unseen = first == last
            ? $"its due time passed unseen {Span(now - last)} ago"
            : $"due times from {Text(first)} to {Text(last)} passed unseen, the last {Span(now - last)} ago";
        (ScheduleOutcome outcome, string reason) = (blocker, missed, schedule.MissedRuns) switch
        {
            (not null, false, _) => (ScheduleOutcome.Skipped, blocker),
            (not null, true, _) => (ScheduleOutcome.Skipped, $"{blocker}; {unseen}"),
            (null, true, MissedRuns.Skip) => (ScheduleOutcome.Skipped, $"{unseen}; the schedule skips missed runs"),
            (null, true, _) => (ScheduleOutcome.Started, $"{unseen}; one run makes up for all"),
            _ when first == last => (ScheduleOutcome.Started, "on time"),
            _ => (ScheduleOutcome.Started, $"on time; earlier due times from {Text(first)} on passed unseen"),
        };
        return new ScheduleDecision(new ScheduleRunRecord(last, outcome, reason, string.Empty, string.Empty), times.After(now));
    }

    /// <summary>A time for a reason: UTC, to the second.</summary>
    internal static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("u", CultureInfo.InvariantCulture);

    private static string Span(TimeSpan span) => span.ToString(span.Days > 0 ? @"d\.hh\:mm\:ss" : @"hh\:mm\:ss", CultureInfo.InvariantCulture);
}
