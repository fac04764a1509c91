namespace S2M.Coordinator.Storage;

/// <summary>Times as they are stored: whole milliseconds since 1970 (UTC), the same number in every database.</summary>
internal static class UnixTime
{
    /// <summary>The stored number of a time, fractions of a millisecond cut off.</summary>
    internal static long Of(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    /// <summary>The stored number of a time, or null.</summary>
    internal static long? Of(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds();

    /// <summary>The time of a stored number, in UTC.</summary>
    internal static DateTimeOffset ToTime(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    /// <summary>The time of a stored number, or null.</summary>
    internal static DateTimeOffset? ToTime(long? milliseconds) => milliseconds is { } value ? ToTime(value) : null;
}
