using Cronos;

namespace S2M.Coordinator.Schedules;

/// <summary>The instants at which a cron expression is due in a time zone. docs/schedules.md says what it does on nights when clocks change.</summary>
internal sealed class DueTimes
{
    private const int LongestExpression = 200;
    private static readonly string[] Fields = ["minute", "hour", "day of month", "month", "day of week"];

    private readonly CronExpression _cron;
    private readonly TimeZoneInfo _zone;

    private DueTimes(CronExpression cron, TimeZoneInfo zone)
    {
        _cron = cron;
        _zone = zone;
    }

    /// <summary>Those of a schedule.</summary>
    /// <exception cref="CoordinatorException">Expression or zone cannot be used here, though it could when it was stored.</exception>
    internal static DueTimes Of(ScheduleRecord schedule) => Parse(schedule.Cron, ScheduleZone.Find(schedule.TimeZone));

    /// <summary>Reads an expression.</summary>
    /// <param name="cron">Five fields: minute, hour, day of month, month, day of week.</param>
    /// <param name="zone">The zone that it is meant in.</param>
    /// <exception cref="CoordinatorException">It is none; the message names the field.</exception>
    internal static DueTimes Parse(string cron, TimeZoneInfo zone)
    {
        string[] parts = cron.Length <= LongestExpression ? cron.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : [];
        if (cron.Length > LongestExpression)
        {
            throw Error(cron[..20] + "...", $"{cron.Length} characters where {LongestExpression} are allowed", "shorten it");
        }

        if (parts.Length != Fields.Length)
        {
            throw Error(cron, $"{parts.Length} fields", parts is [['@', ..]] ? "write the name out, @daily as 0 0 * * *" : "write all five, * for any");
        }

        for (int field = 0; field < parts.Length; field++)
        {
            string[] alone = ["*", "*", "*", "*", "*"];
            alone[field] = parts[field];
            if (Problem(alone) is { } problem)
            {
                throw Error(cron, $"{Fields[field]} '{parts[field]}'", problem);
            }
        }

        return new DueTimes(CronExpression.Parse(string.Join(' ', parts)), zone);
    }

    /// <summary>The first due time after an instant, in UTC; null where there is none any more, as on the 30th of February.</summary>
    internal DateTimeOffset? After(DateTimeOffset instant) => _cron.GetNextOccurrence(instant, _zone)?.ToUniversalTime();

    /// <summary>The last due time that is not after an instant, in UTC; null where there was none.</summary>
    internal DateTimeOffset? UpTo(DateTimeOffset instant) => _cron.GetPreviousOccurrence(instant, _zone, inclusive: true)?.ToUniversalTime();

    private static string? Problem(string[] parts)
    {
        try
        {
            _ = CronExpression.Parse(string.Join(' ', parts));
            return null;
        }
        catch (MissingSeedException)
        {
            return "write a number in place of H";
        }
        catch (CronFormatException problem)
        {
            return problem.Message.TrimEnd('.');
        }
    }

    private static CoordinatorException Error(string cron, string got, string remedy)
        => new($"cron '{Printable(cron)}': expected minute, hour, day of month, month and day of week such as '30 2 * * *', got {Printable(got)}; {Printable(remedy)}");

    private static string Printable(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? '?' : letter));
}
