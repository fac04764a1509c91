namespace S2M.Coordinator.Dispatch;

/// <summary>
/// How long shares take, by kind: a running mean of the seconds per item, from which leases follow. Nothing here reaches the parameters. Safe for concurrent use.
/// </summary>
/// <param name="options">Factors and bounds.</param>
internal sealed class ShareClock(DispatchOptions options)
{
    private const double Newest = 0.2;

    // Shares end on threads of the pool, several at a time.
    private readonly Lock _lock = new();
    private readonly Dictionary<string, double> _secondsPerItem = new(StringComparer.Ordinal);

    /// <summary>A share was finished.</summary>
    internal void Add(ShareWork work, TimeSpan spent)
    {
        double seconds = spent.TotalSeconds / work.Items;
        lock (_lock)
        {
            _secondsPerItem[work.Kind] = _secondsPerItem.TryGetValue(work.Kind, out double mean) ? mean + (Newest * (seconds - mean)) : seconds;
        }
    }

    /// <summary>The expected time of a share, or null where none of its kind was finished.</summary>
    internal TimeSpan? Expected(ShareWork work)
    {
        lock (_lock)
        {
            return _secondsPerItem.TryGetValue(work.Kind, out double mean) ? TimeSpan.FromSeconds(mean * work.Items) : null;
        }
    }

    /// <summary>How long a worker may keep a share.</summary>
    internal TimeSpan Lease(ShareWork work)
        => Expected(work) is { } expected ? TimeSpan.FromTicks(Math.Max(options.ShortestLease.Ticks, (long)(expected.Ticks * options.LeaseFactor))) : options.FirstLease;
}
