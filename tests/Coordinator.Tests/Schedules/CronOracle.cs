namespace S2M.Coordinator.Tests.Schedules;

/// <summary>
/// Due times found by walking through every minute of some years and reading the wall clock: nothing of Cronos, and of the time zone nothing but its offset at an
/// instant, read every quarter of an hour. Clocks change at quarters.
/// </summary>
internal sealed class CronOracle
{
    private const int Quarter = 15;
    private const int Day = 24 * 60;

    private readonly DateTimeOffset _from;
    private readonly int[] _offsets;
    private readonly int _offsetBefore;

    internal CronOracle(TimeZoneInfo zone, DateTimeOffset from, DateTimeOffset to)
    {
        _from = from;
        _offsets = [.. Enumerable.Range(0, (int)((to - from).TotalMinutes / Quarter)).Select(quarter => Offset(zone, from.AddMinutes(quarter * Quarter)))];
        _offsetBefore = Offset(zone, from.AddMinutes(-1));
    }

    /// <summary>The due times of an expression of numbers, lists, ranges, steps and '*'.</summary>
    internal List<DateTimeOffset> Due(string cron)
    {
        string[] parts = cron.Split(' ');
        bool repeats = parts[..2].Any(part => part.AsSpan().IndexOfAny("*-/") >= 0);
        bool[] minutes = Values(parts[0], 0, 59);
        bool[] hours = Values(parts[1], 0, 23);
        (bool[] days, bool[] months, bool[] weekdays) = (Values(parts[2], 1, 31), Values(parts[3], 1, 12), Values(parts[4], 0, 6));
        bool[] dates = [.. Enumerable.Range(-1, (_offsets.Length * Quarter / Day) + 3).Select(day => _from.UtcDateTime.AddDays(day))
            .Select(date => days[date.Day] && months[date.Month] && weekdays[(int)date.DayOfWeek])];
        bool Matches(int wall) => dates[(wall + Day) / Day] && hours[(wall + Day) % Day / 60] && minutes[(wall + Day) % 60];

        var due = new List<DateTimeOffset>();
        int farthest = _offsetBefore - 1;
        for (int quarter = 0; quarter < _offsets.Length; quarter++)
        {
            int instant = quarter * Quarter;
            int wall = instant + _offsets[quarter];

            // What a clock that is put forward leaps over is due where it lands, once.
            bool landed = Enumerable.Range(farthest + 1, Math.Max(0, wall - farthest - 1)).Any(Matches);
            for (int minute = 0; minute < Quarter; minute++)
            {
                // What a clock that is put back shows again is due again only where the expression repeats within the day.
                if ((minute == 0 && landed) || (Matches(wall + minute) && (repeats || wall + minute > farthest)))
                {
                    due.Add(_from.AddMinutes(instant + minute));
                }
            }

            farthest = Math.Max(farthest, wall + Quarter - 1);
        }

        return due;
    }

    private static int Offset(TimeZoneInfo zone, DateTimeOffset instant) => (int)zone.GetUtcOffset(instant).TotalMinutes;

    private static bool[] Values(string part, int low, int high)
    {
        bool[] values = new bool[high + 1];
        foreach (string item in part.Split(','))
        {
            string[] step = item.Split('/');
            string[] range = step[0] == "*" ? [$"{low}", $"{high}"] : step[0].Split('-');
            int last = range.Length > 1 ? int.Parse(range[1]) : step.Length > 1 ? high : int.Parse(range[0]);
            for (int value = int.Parse(range[0]); value <= last; value += step.Length > 1 ? int.Parse(step[1]) : 1)
            {
                values[value] = true;
            }
        }

        return values;
    }
}
