namespace S2M.Integration.Tests.Faults;

/// <summary>What happens to bytes that go one way.</summary>
internal sealed class ProxyGate
{
    private readonly Lock _lock = new();
    private Treatment _treatment = Treatment.Pass;
    private TimeSpan _delay = TimeSpan.Zero;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Treats bytes so from now on, also those that wait.</summary>
    internal void Set(Treatment treatment, TimeSpan delay)
    {
        lock (_lock)
        {
            (_treatment, _delay) = (treatment, delay);
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Waits until bytes may go on.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False where they are lost.</returns>
    internal async ValueTask<bool> AdmitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            (Treatment treatment, TimeSpan delay, Task changed) = Look();
            if (treatment == Treatment.Hold)
            {
                await changed.WaitAsync(cancellationToken);
                continue;
            }

            if (delay > TimeSpan.Zero)
            {
                await Task.Delay(delay, TimeProvider.System, cancellationToken);
            }

            return treatment == Treatment.Pass;
        }
    }

    private (Treatment Treatment, TimeSpan Delay, Task Changed) Look()
    {
        lock (_lock)
        {
            return (_treatment, _delay, _changed.Task);
        }
    }
}

/// <summary>What can happen to bytes.</summary>
internal enum Treatment
{
    /// <summary>They go on.</summary>
    Pass,

    /// <summary>They wait.</summary>
    Hold,

    /// <summary>They are lost.</summary>
    Swallow,
}
