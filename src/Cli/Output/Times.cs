using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace S2M.Cli.Output;

/// <summary>Times and spans as people read them, the same on every machine.</summary>
internal static class Times
{
    /// <summary>ISO 8601 in UTC, to the second; null where there is none.</summary>
    internal static string? Show(Timestamp? time) => time?.ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary><c>7.2 s</c> below a minute, <c>3:07</c> below an hour, <c>2:03:07</c> above.</summary>
    internal static string Show(TimeSpan span) => span.TotalSeconds < 59.95
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:F1} s")
        : span.TotalHours < 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes}:{span.Seconds:D2}")
            : string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours}:{span.Minutes:D2}:{span.Seconds:D2}");

    /// <summary>A number of bytes in the largest unit that it fills.</summary>
    internal static string Bytes(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double value = bytes;
        int unit = 0;
        for (; value >= 1024 && unit < units.Length - 1; unit++)
        {
            value /= 1024;
        }

        return unit == 0 ? $"{bytes} B" : string.Create(CultureInfo.InvariantCulture, $"{value:F1} {units[unit]}");
    }
}
