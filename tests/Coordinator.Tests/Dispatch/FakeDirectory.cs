using System.Collections.Concurrent;
using S2M.Coordinator.Workers;

namespace S2M.Coordinator.Tests.Dispatch;

/// <summary>A directory that lends what the test says.</summary>
internal sealed class FakeDirectory : IWorkerDirectoryGrain
{
    private readonly Lock _lock = new();
    private LentWorker[] _lent = [];
    private string[] _alive = [];

    /// <summary>Thrown at whoever asks, while it is set.</summary>
    internal Exception? Problem { get; set; }

    internal ConcurrentQueue<Borrower> Asked { get; } = new();

    internal ConcurrentQueue<string> Returned { get; } = new();

    /// <summary>Sets who is lent, and who is there besides.</summary>
    internal void Lend(IEnumerable<LentWorker> lent, params LentWorker[] others)
    {
        lock (_lock)
        {
            _lent = [.. lent];
            _alive = [.. _lent.Concat(others).Select(worker => worker.Incarnation)];
        }
    }

    public Task<Loan> BorrowAsync(Borrower borrower)
    {
        Asked.Enqueue(borrower);
        if (Problem is { } problem)
        {
            throw problem;
        }

        lock (_lock)
        {
            LentWorker[] lent = [.. _lent.Where(worker => !borrower.Refused.Contains(worker.Incarnation)
                && (borrower.NumericContract.Length == 0 || borrower.NumericContract == worker.NumericContract))];
            return Task.FromResult(new Loan(lent, lent.Length == 0 ? "a worker: none is registered" : string.Empty, [], _alive));
        }
    }

    public Task ReturnAsync(string jobId)
    {
        Returned.Enqueue(jobId);
        return Task.CompletedTask;
    }

    public Task<WorkerState?> RegisterAsync(WorkerRegistration registration) => throw new NotSupportedException();

    public Task<WorkerState?> BeatAsync(WorkerBeat beat) => throw new NotSupportedException();

    public Task LeaveAsync(string id, string incarnation, string reason) => throw new NotSupportedException();

    public Task<WorkerView[]> ListAsync(bool includeGone) => throw new NotSupportedException();

    public Task<WorkerView?> SetStateAsync(string id, WorkerState state, string reason) => throw new NotSupportedException();
}
