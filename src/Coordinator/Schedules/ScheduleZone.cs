using System.Security;
using S2M.Specification;

namespace S2M.Coordinator.Schedules;

/// <summary>Time zones by IANA name, from the machine's zone files.</summary>
internal static class ScheduleZone
{
    private const int LongestName = 64;
    private const int FarthestTypo = 3;

    /// <summary>The zone of a name. Names are taken letter by letter, so that every silo takes the same ones.</summary>
    /// <param name="name">Such as <c>Europe/Berlin</c> or <c>UTC</c>.</param>
    /// <exception cref="CoordinatorException">There is no such zone; the message names a near one.</exception>
    internal static TimeZoneInfo Find(string name)
    {
        if (IsPlausible(name))
        {
            try
            {
                TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(name);

                // A zone that was asked for before is found whatever the case of its letters, any other is not.
                if (zone.Id == name)
                {
                    return zone;
                }
            }
            catch (Exception problem) when (problem is TimeZoneNotFoundException or InvalidTimeZoneException or SecurityException or UnauthorizedAccessException or IOException)
            {
                // Told below, with what is known.
            }
        }

        throw new CoordinatorException($"time zone: expected an IANA name such as Europe/Berlin or UTC, got '{Shorten(name)}'; {Remedy(name)}");
    }

    // The folder of zone files holds more than zones: links to this machine's own, and copies with leap seconds or under second names.
    private static bool IsPlausible(string name)
        => name.Length is > 0 and <= LongestName
            && name[0] != '/'
            && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '_' or '+' or '-')
            && name is not ("localtime" or "posixrules" or "Factory" or "leapseconds")
            && !name.StartsWith("posix/", StringComparison.Ordinal)
            && !name.StartsWith("right/", StringComparison.Ordinal);

    private static string Remedy(string name)
    {
        string[] known = [.. TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id).Append("UTC").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (known.Length < 2)
        {
            return "this machine has no zone files, install tzdata";
        }

        string wanted = name.Length <= LongestName ? name.Trim().Replace(' ', '_').ToLowerInvariant() : string.Empty;
        string? near = Nearest(known, id => id.ToLowerInvariant(), wanted, 0)
            ?? Nearest(known, CityOf, wanted, 0)
            ?? Nearest(known, id => id.ToLowerInvariant(), wanted, FarthestTypo)
            ?? Nearest(known, CityOf, wanted, FarthestTypo);
        return near is null ? "the machine's zone files list the names" : $"did you mean {near}?";
    }

    private static string? Nearest(string[] known, Func<string, string> part, string wanted, int farthest)
    {
        (string id, int distance) = known.Select(id => (id, EditDistance.Between(part(id), wanted))).MinBy(pair => pair.Item2);
        return distance <= Math.Min(farthest, wanted.Length / 2) ? id : null;
    }

    private static string CityOf(string id) => id[(id.LastIndexOf('/') + 1)..].ToLowerInvariant();

    private static string Shorten(string text)
        => string.Concat((text.Length > LongestName ? $"{text[..LongestName]}..." : text).Select(letter => char.IsControl(letter) ? '?' : letter));
}
