namespace S2M.Coordinator.Dispatch;

/// <summary>The shares that one worker has, in the order in which they were sent: since when each has it for itself. Safe for concurrent use.</summary>
/// <param name="time">The clock.</param>
internal sealed class LaneTurns(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<Turn> _turns = [];

    /// <summary>A share is sent.</summary>
    internal Turn Enter()
    {
        lock (_lock)
        {
            var turn = new Turn(this);
            _turns.Add(turn);
            _turns[0].Begin();
            return turn;
        }
    }

    /// <summary>A share from when it was sent until its call is over; disposed then.</summary>
    internal sealed class Turn(LaneTurns lane) : IDisposable
    {
        private long? _begun;

        /// <summary>How long it has had the worker for itself; null while another one is before it.</summary>
        internal TimeSpan? Spent
        {
            get
            {
                lock (lane._lock)
                {
                    return _begun is { } begun ? lane.Elapsed(begun) : null;
                }
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            lock (lane._lock)
            {
                lane._turns.Remove(this);
                lane._turns.FirstOrDefault()?.Begin();
            }
        }

        internal void Begin() => _begun ??= lane.Now;
    }

    private long Now => time.GetTimestamp();

    private TimeSpan Elapsed(long since) => time.GetElapsedTime(since);
}
