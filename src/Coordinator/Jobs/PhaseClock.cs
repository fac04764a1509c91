namespace S2M.Coordinator.Jobs;

/// <summary>Measures the phases of a run; a phase within another stops the outer one, so that the phases add up to the whole.</summary>
/// <param name="view">Is told where a phase begins and ends.</param>
/// <param name="time">The clock.</param>
public sealed class PhaseClock(IRunView view, TimeProvider time)
{
    private readonly SortedDictionary<string, double> _seconds = new(StringComparer.Ordinal);
    private readonly Stack<string> _open = new();
    private long _since;

    /// <summary>Seconds by phase.</summary>
    public IReadOnlyDictionary<string, double> Seconds => _seconds;

    /// <summary>Runs a phase and tells the view of it.</summary>
    public async Task<T> MeasureAsync<T>(string phase, Func<Task<T>> work)
    {
        view.Begin(phase);
        long begun = time.GetTimestamp();
        T result = await MeasureQuietlyAsync(phase, work);
        view.Finish(phase, time.GetElapsedTime(begun));
        return result;
    }

    /// <summary>Runs a phase that the view shows by itself.</summary>
    public async Task<T> MeasureQuietlyAsync<T>(string phase, Func<Task<T>> work)
    {
        Book();
        _open.Push(phase);
        try
        {
            return await work();
        }
        finally
        {
            Book();
            _open.Pop();
        }
    }

    // What has passed since the last change belongs to the innermost phase.
    private void Book()
    {
        if (_open.TryPeek(out string? current))
        {
            _seconds[current] = _seconds.GetValueOrDefault(current) + time.GetElapsedTime(_since).TotalSeconds;
        }

        _since = time.GetTimestamp();
    }
}
