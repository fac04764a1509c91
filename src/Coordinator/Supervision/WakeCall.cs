namespace S2M.Coordinator.Supervision;

/// <summary>Wakes the supervisor before its interval is over: something was submitted or resumed. Safe for concurrent use.</summary>
internal sealed class WakeCall : IDisposable
{
    private readonly SemaphoreSlim _calls = new(0);

    /// <summary>Wakes it; not lost where it is awake.</summary>
    internal void Ring() => _calls.Release();

    /// <summary>Waits for a call or the end of an interval.</summary>
    internal async Task WaitAsync(TimeSpan interval, TimeProvider time, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(interval, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, over.Token);
        try
        {
            await _calls.WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // The interval is over, or the host stops: the caller looks which.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _calls.Dispose();
}
