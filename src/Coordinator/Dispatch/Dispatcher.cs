namespace S2M.Coordinator.Dispatch;

/// <summary>
/// Has the shares of a job computed by its workers; it alone decides who computes what, by <see cref="Leasing.LeaseTransitions"/>. One run at a time: that of a step, of an
/// embedding, of a scoring.
/// </summary>
internal sealed class Dispatcher : IAsyncDisposable
{
    private readonly DispatchContext _context;
    private readonly JobWorkers _workers;
    private readonly DispatchOptions _options;
    private readonly TimeProvider _time;
    private readonly ShareClock _clock;
    private readonly Vetting _vetting;

    /// <summary>Sends nothing yet.</summary>
    /// <param name="context">The job and its loop.</param>
    /// <param name="workers">Who there is; not disposed.</param>
    /// <param name="options">Leases and limits.</param>
    /// <param name="time">The clock.</param>
    internal Dispatcher(DispatchContext context, JobWorkers workers, DispatchOptions options, TimeProvider time)
    {
        (_context, _workers, _options, _time) = (context, workers, options, time);
        _clock = new ShareClock(options);
        _vetting = new Vetting(context, workers, _clock);
    }

    /// <summary>Checks a worker before its first share; absent until the network is known.</summary>
    internal Canary? Canary
    {
        get => _vetting.Canary;
        set => _vetting.Canary = value;
    }

    /// <summary>Whether the job's workers differ so much in speed that finer shares even them out.</summary>
    internal bool AreUneven(string kind) => _clock.AreUneven(kind, _workers.View(isVettingOn: false, static _ => double.NaN).Select(static worker => worker.Incarnation));

    /// <summary>Has all shares computed.</summary>
    /// <param name="shares">The shares, all of one kind.</param>
    /// <param name="onDone">Is told of each share that was answered.</param>
    /// <param name="cancellationToken">Cancels what is on its way and waits for it.</param>
    /// <returns>The answers, in the order of the shares.</returns>
    /// <exception cref="CoordinatorException">A share cannot be computed: it is refused, or fails on one worker after the other.</exception>
    internal Task<ShareAnswer[]> RunAsync(IReadOnlyList<ShareWork> shares, Action<ShareWork>? onDone, CancellationToken cancellationToken)
        => shares.Count == 0
            ? Task.FromResult<ShareAnswer[]>([])
            : new DispatchRun(_context, _workers, _vetting, _clock, _options, _time, shares, onDone).RunAsync(cancellationToken);

    /// <summary>Stops checking workers. No run may be under way.</summary>
    public ValueTask DisposeAsync() => _vetting.DisposeAsync();
}
