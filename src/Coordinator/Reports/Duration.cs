using System.Globalization;

namespace S2M.Coordinator.Reports;

/// <summary>Spans of time as people read them.</summary>
public static class Duration
{
    /// <summary><c>7.2 s</c> below a minute, <c>3:07</c> below an hour, <c>2:03:07</c> above.</summary>
    public static string Show(TimeSpan span) => span.TotalSeconds < 59.95
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:F1} s")
        : span.TotalHours < 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes}:{span.Seconds:D2}")
            : string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours}:{span.Minutes:D2}:{span.Seconds:D2}");
}
