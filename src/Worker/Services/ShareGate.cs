using Grpc.Core;

namespace S2M.Worker.Services;

/// <summary>Lets shares in until the worker drains. Safe for concurrent use.</summary>
internal sealed class ShareGate
{
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private int _inside;
    private bool _draining;

    /// <summary>Whether shares are refused.</summary>
    internal bool IsDraining
    {
        get
        {
            lock (_lock)
            {
                return _draining;
            }
        }
    }

    /// <summary>Lets a share in.</summary>
    /// <returns>Disposed when the share's answer is out.</returns>
    /// <exception cref="RpcException">The worker drains.</exception>
    internal Turn Enter()
    {
        lock (_lock)
        {
            if (_draining)
            {
                throw ShareErrors.Refuse(StatusCode.Unavailable, "DRAINING", "worker: expected a worker that takes shares, got one that is draining; send the share elsewhere");
            }

            _inside++;
            return new Turn(this);
        }
    }

    /// <summary>Refuses shares from now on.</summary>
    /// <returns>Completes when the last share inside is out.</returns>
    internal Task DrainAsync()
    {
        lock (_lock)
        {
            _draining = true;
            if (_inside == 0)
            {
                _idle.TrySetResult();
            }
        }

        return _idle.Task;
    }

    private void Leave()
    {
        lock (_lock)
        {
            _inside--;
            if (_draining && _inside == 0)
            {
                _idle.TrySetResult();
            }
        }
    }

    /// <summary>A share that is inside.</summary>
    internal sealed class Turn(ShareGate gate) : IDisposable
    {
        private int _left;

        /// <inheritdoc/>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                gate.Leave();
            }
        }
    }
}
