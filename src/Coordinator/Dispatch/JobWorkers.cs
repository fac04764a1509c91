using S2M.Coordinator.Dispatch.Leasing;
using S2M.Coordinator.Security;
using S2M.Coordinator.Workers;

namespace S2M.Coordinator.Dispatch;

/// <summary>The workers that are lent to a job now. Asks the directory again and again; safe for concurrent use.</summary>
internal sealed class JobWorkers : IAsyncDisposable
{
    private readonly IWorkerDirectoryGrain _directory;
    private readonly DispatchOptions _options;
    private readonly AccessToken _token;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly List<WorkerLane> _lanes = [];
    private readonly List<WorkerLane> _leaving = [];
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);
    private readonly Task _polling;
    private Borrower _borrower;
    private string _waitsFor = "a worker";
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Begins to ask.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="borrower">The job.</param>
    /// <param name="token">What workers expect.</param>
    /// <param name="options">How often.</param>
    /// <param name="time">The clock.</param>
    internal JobWorkers(IWorkerDirectoryGrain directory, Borrower borrower, AccessToken token, DispatchOptions options, TimeProvider time)
    {
        (_directory, _borrower, _token, _options, _time) = (directory, borrower, token, options, time);
        _polling = Task.Run(PollAsync);
    }

    /// <summary>Why no share is on its way, in words.</summary>
    internal string WaitsFor
    {
        get
        {
            lock (_lock)
            {
                return _lanes.Count == 0 ? _waitsFor : $"a worker that answers: {string.Join("; ", _lanes.Select(lane => $"{lane.Worker.Id}: {Said(lane.Problem)}"))}";
            }
        }
    }

    /// <summary>How many there are.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _lanes.Count;
            }
        }
    }

    /// <summary>Completes when the directory was asked the next time, or a lane came free.</summary>
    internal Task Changed
    {
        get
        {
            lock (_lock)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>All lanes as leases see them.</summary>
    /// <param name="isVettingOn">Whether only those take shares whose canary gave the right bits.</param>
    /// <param name="secondsPerItem">What is expected of an incarnation.</param>
    internal IReadOnlyList<LeasedWorker> View(bool isVettingOn, Func<string, double> secondsPerItem)
    {
        lock (_lock)
        {
            // Those that leave are there as long as a share of theirs is on its way, and get nothing else.
            return [.. _lanes.Select(lane => Of(lane, isLent: true)), .. _leaving.Select(lane => Of(lane, isLent: false))];
        }

        LeasedWorker Of(WorkerLane lane, bool isLent) => new(
            lane.Incarnation, lane.OnItsWay, isLent && lane.IsOpen && (lane.IsVetted || !isVettingOn), lane.Failures, secondsPerItem(lane.Incarnation));
    }

    /// <summary>Takes the lane of an incarnation for one more share; null where it has all that it may have, or is not lent any more.</summary>
    internal WorkerLane? Take(string incarnation) => TakeFirst(lane => lane.OnItsWay < LeasePolicy.SharesOfWorker && lane.Incarnation == incarnation);

    /// <summary>Takes a free lane whose canary is not known yet; null where there is none.</summary>
    internal WorkerLane? TakeUnvetted() => TakeFirst(static lane => lane is { OnItsWay: 0, IsVetted: false, IsOpen: true });

    /// <summary>A share of a lane is over.</summary>
    internal void Free(WorkerLane lane)
    {
        lock (_lock)
        {
            lane.OnItsWay--;
            if (lane.OnItsWay == 0 && _leaving.Remove(lane))
            {
                lane.Dispose();
            }

            Announce();
        }
    }

    /// <summary>Binds the job to a contract: workers of another one are not lent to it any more.</summary>
    internal void Bind(string numericContract)
    {
        lock (_lock)
        {
            _borrower = _borrower with { NumericContract = numericContract };
        }
    }

    /// <summary>The job will not have this start of a worker again.</summary>
    internal void Refuse(WorkerLane lane)
    {
        lock (_lock)
        {
            _refused.Add(lane.Worker.Incarnation);
            _borrower = _borrower with { Refused = [.. _refused.Order(StringComparer.Ordinal)] };
            if (_lanes.Remove(lane))
            {
                Leave(lane);
            }
        }
    }

    /// <summary>Stops asking and gives all workers back. No share may be on its way.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _polling;
        foreach (WorkerLane lane in _lanes.Concat(_leaving))
        {
            lane.Dispose();
        }

        _stop.Dispose();
        try
        {
            await _directory.ReturnAsync(_borrower.JobId);
        }
        catch (Exception problem) when (problem is OrleansException or TimeoutException or ObjectDisposedException)
        {
            // They come back by themselves when the loan's lease ends.
        }
    }

    private WorkerLane? TakeFirst(Func<WorkerLane, bool> isWanted)
    {
        lock (_lock)
        {
            WorkerLane? taken = _lanes.Where(isWanted).MinBy(static lane => lane.Failures);
            taken?.OnItsWay += 1;
            return taken;
        }
    }

    private static string Said(string problem) => problem.Length == 0 ? "not asked yet" : problem;

    private async Task PollAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Borrower borrower;
                lock (_lock)
                {
                    borrower = _borrower;
                }

                Apply(await _directory.BorrowAsync(borrower));
                await Task.Delay(_options.Poll, _time, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever goes wrong in one round, the next one must come: without it the job would get no worker any more.
            catch (Exception problem)
#pragma warning restore CA1031
            {
                // The directory is away: what was lent stays lent, and a share that fails tells of its worker.
                lock (_lock)
                {
                    _waitsFor = $"the directory of workers, which does not answer: {problem.Message.ReplaceLineEndings(" ")}";
                    Announce();
                }

                await Task.Delay(_options.Poll, _time, CancellationToken.None);
            }
        }
    }

    private void Apply(Loan loan)
    {
        WorkerLane[] lost;
        lock (_lock)
        {
            _waitsFor = loan.WaitsFor;
            foreach (WorkerLane lane in _lanes.Where(lane => !loan.MayStillCome(lane.Worker)
                && !Array.Exists(loan.Workers, worker => worker.Incarnation == lane.Worker.Incarnation)).ToArray())
            {
                _lanes.Remove(lane);
                Leave(lane);
            }

            lost = [.. _leaving.Where(lane => !loan.MayStillCome(lane.Worker) && !loan.Alive.Contains(lane.Worker.Incarnation, StringComparer.Ordinal))];

            // One that was sent away while a share of it is on its way, and is lent again, comes as a new lane when the share is done.
            foreach (LentWorker worker in loan.Workers.Where(worker => !_refused.Contains(worker.Incarnation)
                && !_lanes.Concat(_leaving).Any(lane => lane.Worker.Incarnation == worker.Incarnation)))
            {
                _lanes.Add(new WorkerLane(worker, _token, _options, _time));
            }

            Announce();
        }

        // Outside the lock: a share that is given up may free its lane on this very thread.
        Array.ForEach(lost, lane => lane.GiveUp());
    }

    private void Leave(WorkerLane lane)
    {
        if (lane.OnItsWay > 0)
        {
            _leaving.Add(lane);
        }
        else
        {
            lane.Dispose();
        }
    }

    private void Announce()
    {
        TaskCompletionSource changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }
}
