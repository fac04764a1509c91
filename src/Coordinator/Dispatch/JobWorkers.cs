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
                return _lanes.Count == 0 ? _waitsFor : $"a worker that answers: {string.Join("; ", _lanes.Select(lane => $"{lane.Worker.Id}: {lane.Problem}"))}";
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

    /// <summary>Takes a lane that is free, or gives null.</summary>
    /// <param name="avoided">Incarnations that are taken only where there is no other worker, free or busy.</param>
    internal WorkerLane? Take(IReadOnlySet<string>? avoided = null)
    {
        lock (_lock)
        {
            bool IsAvoided(WorkerLane candidate) => avoided?.Contains(candidate.Worker.Incarnation) == true;
            bool canAvoid = _lanes.Exists(candidate => candidate.IsOpen && !IsAvoided(candidate));
            WorkerLane? lane = _lanes.Where(candidate => !candidate.IsBusy && candidate.IsOpen && !(canAvoid && IsAvoided(candidate))).MinBy(candidate => candidate.Failures);
            lane?.IsBusy = true;
            return lane;
        }
    }

    /// <summary>Gives a lane back.</summary>
    internal void Free(WorkerLane lane)
    {
        lock (_lock)
        {
            lane.IsBusy = false;
            if (_leaving.Remove(lane))
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
                _leaving.Add(lane);
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
            catch (Exception)
#pragma warning restore CA1031
            {
                // The directory is away: what was lent stays lent, and a share that fails tells of its worker.
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
                if (lane.IsBusy)
                {
                    _leaving.Add(lane);
                }
                else
                {
                    lane.Dispose();
                }
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

    private void Announce()
    {
        TaskCompletionSource changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }
}
