using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace S2M.Coordinator.Workers;

/// <inheritdoc cref="IWorkerDirectoryGrain"/>
[Reentrant]
internal sealed class WorkerDirectoryGrain(IWorkerStore store, IOptions<WorkerDirectoryOptions> options, TimeProvider time, ILogger<WorkerDirectoryGrain> logger)
    : Grain, IWorkerDirectoryGrain
{
    private readonly SortedDictionary<string, KnownWorker> _workers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Borrower Borrower, long Asked)> _borrowers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _cordons = new(StringComparer.Ordinal);
    private SortedDictionary<string, string> _lent = new(StringComparer.Ordinal);
    private long _began;

    /// <summary>Remembers who was cordoned. Everybody else makes himself known with his next beat.</summary>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _began = time.GetTimestamp();
        await store.RemoveGoneAsync(time.GetUtcNow() - options.Value.Remembered, cancellationToken);
        foreach (WorkerRecord row in (await store.ListAsync(cancellationToken)).Where(row => row.State == WorkerState.Cordoned))
        {
            _cordons[row.Id] = row.Reason;
        }

        this.RegisterGrainTimer(SweepAsync, new GrainTimerCreationOptions(options.Value.Beat, options.Value.Beat) { Interleave = true });
    }

    /// <inheritdoc/>
    public async Task<WorkerState?> RegisterAsync(WorkerRegistration registration)
    {
        KnownWorker? known = _workers.GetValueOrDefault(registration.Id);
        if (known is not null && IsAnother(known, registration))
        {
            return null;
        }

        DateTimeOffset now = time.GetUtcNow();
        if (known?.Registration.Incarnation != registration.Incarnation || known.State == WorkerState.Gone)
        {
            known = new KnownWorker(registration) { RegisteredAt = now };
            string? cordon = _cordons.GetValueOrDefault(registration.Id);
            known.Move(cordon is null ? WorkerState.Ready : WorkerState.Cordoned, cordon ?? "registered", now);
            _workers[registration.Id] = known;
            WorkerDirectoryLog.Registered(logger, registration.Id, registration.Address, registration.NumericContract);
            Heard(known, now);
            await PutAsync(known);
        }

        known.Registration = registration;
        Heard(known, now);
        return known.State;
    }

    /// <inheritdoc/>
    public async Task<WorkerState?> BeatAsync(WorkerBeat beat)
    {
        if (Find(beat.Id, beat.Incarnation) is not { } worker || worker.State == WorkerState.Gone)
        {
            return null;
        }

        Heard(worker, time.GetUtcNow());
        worker.Shares = beat.Shares;
        worker.Registration = worker.Registration with { DataVersions = beat.DataVersions };
        if (beat.Draining)
        {
            await MoveAsync(worker, WorkerState.Draining, "the worker was told to end");
        }

        return worker.State;
    }

    /// <inheritdoc/>
    public Task LeaveAsync(string id, string incarnation, string reason)
        => Find(id, incarnation) is { } worker ? MoveAsync(worker, WorkerState.Gone, $"left: {reason}") : Task.CompletedTask;

    /// <inheritdoc/>
    public Task<WorkerView[]> ListAsync(bool includeGone)
        => Task.FromResult(_workers.Values
            .Where(worker => includeGone || worker.State != WorkerState.Gone)
            .Select(worker => worker.View(_lent.GetValueOrDefault(worker.Registration.Id, string.Empty)))
            .ToArray());

    /// <inheritdoc/>
    public async Task<WorkerView?> SetStateAsync(string id, WorkerState state, string reason)
    {
        if (!_workers.TryGetValue(id, out KnownWorker? worker))
        {
            return null;
        }

        if (state == WorkerState.Ready)
        {
            _cordons.Remove(id);
        }
        else if (state == WorkerState.Cordoned)
        {
            _cordons[id] = reason;
        }

        if (worker.State != WorkerState.Gone)
        {
            await MoveAsync(worker, state, reason);
        }
        else
        {
            await PutAsync(worker);
        }

        return worker.View(_lent.GetValueOrDefault(id, string.Empty));
    }

    /// <inheritdoc/>
    public Task<Loan> BorrowAsync(Borrower borrower)
    {
        _borrowers[borrower.JobId] = (borrower, time.GetTimestamp());
        Divide();
        LentWorker[] lent = [.. _workers.Values.Where(worker => _lent.GetValueOrDefault(worker.Registration.Id) == borrower.JobId).Select(worker => worker.Lend())];
        UnfitWorker[] unfit = [.. _workers.Values.Where(worker => worker.State != WorkerState.Gone).Select(worker => Judge(worker, borrower)).OfType<UnfitWorker>()];
        string[] alive = [.. _workers.Values.Where(worker => worker.State != WorkerState.Gone).Select(worker => worker.Registration.Incarnation)];
        bool isYoung = time.GetElapsedTime(_began) < options.Value.Lease;
        return Task.FromResult(new Loan(lent, lent.Length > 0 ? string.Empty : WaitsFor(unfit), unfit, alive)
        {
            Known = isYoung ? [.. _workers.Values.Select(worker => worker.Registration.Incarnation)] : null,
        });
    }

    /// <inheritdoc/>
    public Task ReturnAsync(string jobId)
    {
        _borrowers.Remove(jobId);
        Divide();
        return Task.CompletedTask;
    }

    private static UnfitWorker? Judge(KnownWorker worker, Borrower borrower)
    {
        string id = worker.Registration.Id;
        return worker.State != WorkerState.Ready
            ? new UnfitWorker(id, $"{worker.State.ToString().ToLowerInvariant()}: {worker.Reason}")
            : borrower.Refused.Contains(worker.Registration.Incarnation, StringComparer.Ordinal)
                ? new UnfitWorker(id, "refused by the job: its log says why")
                : borrower.NumericContract.Length > 0 && borrower.NumericContract != worker.Registration.NumericContract
                    ? new UnfitWorker(id, $"numeric contract: expected '{borrower.NumericContract}', got '{worker.Registration.NumericContract}'")
                    : null;
    }

    private string WaitsFor(UnfitWorker[] unfit)
    {
        int there = _workers.Values.Count(worker => worker.State != WorkerState.Gone);
        return there == 0
            ? "a worker: none is registered; start one with --coordinator set to this service"
            : unfit.Length == there
                ? $"a worker that fits: {string.Join("; ", unfit.Select(worker => $"{worker.Id}: {worker.Reason}"))}"
                : $"its turn: {there - unfit.Length} workers that fit are lent to older jobs";
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (KnownWorker worker in _workers.Values.Where(IsOverdue).ToArray())
        {
            await MoveAsync(worker, WorkerState.Gone, $"not heard of for {options.Value.Lease.TotalSeconds:0.#} s");
        }

        DateTimeOffset old = time.GetUtcNow() - options.Value.Remembered;
        foreach (string id in _workers.Where(pair => pair.Value.State == WorkerState.Gone && pair.Value.Since < old).Select(pair => pair.Key).ToArray())
        {
            _workers.Remove(id);
        }

        foreach (string jobId in _borrowers.Where(pair => time.GetElapsedTime(pair.Value.Asked) > options.Value.LoanLease).Select(pair => pair.Key).ToArray())
        {
            _borrowers.Remove(jobId);
        }

        Divide();
    }

    private async Task MoveAsync(KnownWorker worker, WorkerState state, string reason)
    {
        if (worker.Move(state, reason, time.GetUtcNow()))
        {
            WorkerDirectoryLog.Moved(logger, worker.Registration.Id, state, reason);
            Divide();
            await PutAsync(worker);
        }
    }

    // A cordon outlives the worker's end, and the directory's: whatever else the worker is, its row says so.
    private Task PutAsync(KnownWorker worker)
    {
        WorkerRecord row = worker.Record();
        return store.PutAsync(_cordons.TryGetValue(row.Id, out string? cordon) ? row with { State = WorkerState.Cordoned, Reason = cordon } : row, CancellationToken.None);
    }

    private void Divide() => _lent = Assignment.Divide(
        _workers.Values.Where(worker => worker.State == WorkerState.Ready).Select(worker => worker.Lend()), _borrowers.Values.Select(pair => pair.Borrower), _lent);

    // At the same address nobody else can listen: the one before has ended, though nobody was told.
    private bool IsAnother(KnownWorker known, WorkerRegistration registration)
        => known.Registration.Incarnation != registration.Incarnation
            && known.Registration.Address != registration.Address
            && known.State != WorkerState.Gone
            && !IsOverdue(known);

    private bool IsOverdue(KnownWorker worker) => worker.State != WorkerState.Gone && time.GetElapsedTime(worker.BeatTimestamp) > options.Value.Lease;

    private KnownWorker? Find(string id, string incarnation)
        => _workers.TryGetValue(id, out KnownWorker? worker) && worker.Registration.Incarnation == incarnation ? worker : null;

    private void Heard(KnownWorker worker, DateTimeOffset now)
    {
        worker.LastBeat = now;
        worker.BeatTimestamp = time.GetTimestamp();
    }
}
