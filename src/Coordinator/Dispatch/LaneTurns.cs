namespace S2M.Coordinator.Dispatch;

/// <summary>
/// The shares that one worker has, in the order in which they were sent: how long each may take, and how long it had the worker for itself. Safe for concurrent use.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class LaneTurns(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<Turn> _turns = [];
    private long? _lastEnd;

    /// <summary>A share is sent.</summary>
    /// <param name="lease">How long it may take by itself.</param>
    internal Turn Enter(TimeSpan lease)
    {
        lock (_lock)
        {
            var turn = new Turn(this, time.GetTimestamp(), lease, _turns.Aggregate(lease, static (all, before) => all + before.Own));
            _turns.Add(turn);
            return turn;
        }
    }

    /// <summary>A share from when it was sent until its call is over; disposed then.</summary>
    /// <param name="lane">The worker's.</param>
    /// <param name="entered">When it was sent.</param>
    /// <param name="own">How long it may take by itself.</param>
    /// <param name="lease">How long it may take with those that were sent before it and are not over.</param>
    internal sealed class Turn(LaneTurns lane, long entered, TimeSpan own, TimeSpan lease) : IDisposable
    {
        /// <summary>How long it may take, with what is before it.</summary>
        internal TimeSpan Lease => lease;

        /// <summary>How long it may take by itself.</summary>
        internal TimeSpan Own => own;

        /// <summary>Whether nothing that was sent before it is under way.</summary>
        internal bool IsFirst
        {
            get
            {
                lock (lane._lock)
                {
                    return lane._turns.Count > 0 && lane._turns[0] == this;
                }
            }
        }

        /// <summary>
        /// How long it has had the worker for itself, now that it is answered: since it was sent, or since the last answer. Which one the worker took first does not matter.
        /// </summary>
        internal TimeSpan Spent
        {
            get
            {
                lock (lane._lock)
                {
                    return lane.Elapsed(lane._lastEnd is { } end && end > entered ? end : entered);
                }
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            lock (lane._lock)
            {
                lane._turns.Remove(this);
                lane._lastEnd = lane.Now;
            }
        }
    }

    private long Now => time.GetTimestamp();

    private TimeSpan Elapsed(long since) => time.GetElapsedTime(since);
}
