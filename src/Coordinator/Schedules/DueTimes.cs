using Cronos;

namespace S2M.Coordinator.Schedules;

/// <summary>
/// The instants at which a cron expression is due in a time zone. Cronos says which readings of a wall clock match; which instants those are is said here, from the zone's
/// offset at an instant alone: handed a zone whose winter time is its daylight saving (Europe/Dublin, Africa/Casablanca), Cronos 0.13 gives the same instant for ever.
/// docs/schedules.md says what becomes of nights when clocks change.
/// </summary>
internal sealed class DueTimes
{
    private const int LongestExpression = 200;
    private static readonly string[] Fields = ["minute", "hour", "day of month", "month", "day of week"];

    // More than any clock is put back at once: two hours at Troll station.
    private static readonly TimeSpan LongestRepeat = TimeSpan.FromHours(3);

    private readonly CronExpression _cron;
    private readonly bool _repeats;
    private readonly TimeZoneInfo _zone;

    private DueTimes(CronExpression cron, bool repeats, TimeZoneInfo zone)
    {
        _cron = cron;
        _repeats = repeats;
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

        bool repeats = parts[..2].Any(part => part.AsSpan().IndexOfAny("*-/") >= 0);
        return new DueTimes(CronExpression.Parse(string.Join(' ', parts)), repeats, zone);
    }

    /// <summary>The first due time after an instant, in UTC; null where there is none any more, as on the 30th of February.</summary>
    internal DateTimeOffset? After(DateTimeOffset instant)
    {
        foreach (DateTimeOffset due in Since(instant))
        {
            return due;
        }

        return null;
    }

    /// <summary>The due times after an instant, in order, in UTC.</summary>
    internal IEnumerable<DateTimeOffset> Since(DateTimeOffset instant)
    {
        // From before the instant: it may lie where a clock that was put back shows again what it has shown.
        DateTimeOffset at = instant.ToUniversalTime() - LongestRepeat;
        bool inclusive = false;
        while (true)
        {
            TimeSpan offset = _zone.GetUtcOffset(at);
            if (_cron.GetNextOccurrence((at + offset).UtcDateTime, inclusive) is not { } wall)
            {
                yield break;
            }

            var due = new DateTimeOffset(wall - offset, TimeSpan.Zero);
            if (FindChange(at, due, offset) is { } change)
            {
                TimeSpan shift = _zone.GetUtcOffset(change) - offset;
                if (shift <= TimeSpan.Zero || due >= change + shift)
                {
                    // What a clock that is put back shows again is due again only where the expression repeats.
                    at = shift > TimeSpan.Zero || _repeats ? change : change - shift;
                    inclusive = true;
                    continue;
                }

                // What a clock that is put forward leaps over is due where it lands.
                due = change;
            }

            at = due;
            inclusive = false;
            if (due > instant)
            {
                yield return due;
            }
        }
    }

    // The first instant in (from, to] at which the zone has another offset, to the second; null where there is none.
    private DateTimeOffset? FindChange(DateTimeOffset from, DateTimeOffset to, TimeSpan offset)
    {
        for (DateTimeOffset before = from; before < to; before = before.AddDays(1))
        {
            DateTimeOffset after = before.AddDays(1) < to ? before.AddDays(1) : to;
            if (_zone.GetUtcOffset(after) != offset)
            {
                long low = before.ToUnixTimeSeconds();
                long high = after.ToUnixTimeSeconds();
                while (high - low > 1)
                {
                    long middle = low + ((high - low) / 2);
                    (low, high) = _zone.GetUtcOffset(DateTimeOffset.FromUnixTimeSeconds(middle)) == offset ? (middle, high) : (low, middle);
                }

                return DateTimeOffset.FromUnixTimeSeconds(high);
            }
        }

        return null;
    }

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
