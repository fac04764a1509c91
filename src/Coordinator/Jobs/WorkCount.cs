namespace S2M.Coordinator.Jobs;

/// <summary>Counts one piece of work. Counting and telling are one step under a lock, so that counts are told in their order whichever thread counts.</summary>
/// <param name="progress">Who is told; may be absent.</param>
/// <param name="unit">What is counted.</param>
/// <param name="total">How many there are.</param>
public sealed class WorkCount(WorkProgress? progress, string unit, int total)
{
    private readonly Lock _lock = new();
    private int _done;

    /// <summary>So many more are done.</summary>
    public void Add(int more)
    {
        lock (_lock)
        {
            _done += more;
            progress?.Invoke(unit, _done, total);
        }
    }
}
