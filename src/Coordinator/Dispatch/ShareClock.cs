namespace S2M.Coordinator.Dispatch;

/// <summary>
/// How long shares take, by kind and by worker: a running mean of the seconds per item, from which leases and backup copies follow. Nothing here reaches the
/// parameters. Safe for concurrent use.
/// </summary>
/// <param name="options">Factors and bounds.</param>
internal sealed class ShareClock(DispatchOptions options)
{
    private const double Newest = 0.2;
    private const string Anyone = "";

    // What one worker takes longer than another by chance is less.
    private const double Uneven = 2;

    // Shares end on threads of the pool, several at a time.
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Kind, string Worker), double> _secondsPerItem = [];

    /// <summary>A share was finished.</summary>
    internal void Add(ShareWork work, string worker, TimeSpan spent)
    {
        double seconds = spent.TotalSeconds / work.Items;
        lock (_lock)
        {
            foreach (string whose in new[] { Anyone, worker })
            {
                _secondsPerItem[(work.Kind, whose)] = _secondsPerItem.TryGetValue((work.Kind, whose), out double mean) ? mean + (Newest * (seconds - mean)) : seconds;
            }
        }
    }

    /// <summary>A share was not finished after so long: its worker is at least that slow.</summary>
    internal void AddAtLeast(ShareWork work, string worker, TimeSpan spent)
    {
        double seconds = spent.TotalSeconds / work.Items;
        lock (_lock)
        {
            if (SecondsPerItem(work.Kind, worker) < seconds)
            {
                _secondsPerItem[(work.Kind, worker)] = seconds;
            }
        }
    }

    /// <summary>Seconds that a worker is expected to need for an item: its own, or those of all where it has finished none; NaN where nothing is known.</summary>
    internal double SecondsPerItem(string kind, string worker)
    {
        lock (_lock)
        {
            return _secondsPerItem.TryGetValue((kind, worker), out double own) ? own : _secondsPerItem.GetValueOrDefault((kind, Anyone), double.NaN);
        }
    }

    /// <summary>Whether the slowest of some workers takes more than twice as long as the quickest, as far as is known.</summary>
    internal bool AreUneven(string kind, IEnumerable<string> workers)
    {
        double[] known = [.. workers.Select(worker => SecondsPerItem(kind, worker)).Where(double.IsFinite)];
        return known.Length > 1 && known.Max() > Uneven * known.Min();
    }

    /// <summary>The expected time of a share on any worker, or null where none of its kind was finished.</summary>
    internal TimeSpan? Expected(ShareWork work) => SecondsPerItem(work.Kind, Anyone) is var seconds && double.IsNaN(seconds) ? null : TimeSpan.FromSeconds(seconds * work.Items);

    /// <summary>How long a worker may keep a share.</summary>
    internal TimeSpan Lease(ShareWork work, string worker)
        => SecondsPerItem(work.Kind, worker) is var seconds && double.IsNaN(seconds)
            ? options.FirstLease
            : TimeSpan.FromSeconds(Math.Max(options.ShortestLease.TotalSeconds, seconds * work.Items * options.LeaseFactor));
}
