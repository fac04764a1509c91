namespace S2M.Coordinator.Workers;

/// <summary>Who computes, and for whom. One for the whole cluster (key 0).</summary>
[Alias("s2m.worker-directory")]
public interface IWorkerDirectoryGrain : IGrainWithIntegerKey
{
    /// <summary>Makes a worker known; the same incarnation again is no change.</summary>
    /// <returns>
    /// What it can be given: Cordoned where an operator cordoned it before. Null where another worker of that name is alive at another address; it is not
    /// replaced, since both would take the name from each other without an end.
    /// </returns>
    [Alias("register")]
    Task<WorkerState?> RegisterAsync(WorkerRegistration registration);

    /// <summary>Keeps a registration alive.</summary>
    /// <returns>What is asked of the worker; null where this incarnation is not known.</returns>
    [Alias("beat")]
    Task<WorkerState?> BeatAsync(WorkerBeat beat);

    /// <summary>Ends a registration.</summary>
    [Alias("leave")]
    Task LeaveAsync(string id, string incarnation, string reason);

    /// <summary>All workers, by name.</summary>
    [Alias("list")]
    Task<WorkerView[]> ListAsync(bool includeGone);

    /// <summary>Cordons, uncordons or drains a worker.</summary>
    /// <returns>The worker now; null where there is none of that name.</returns>
    [Alias("set-state")]
    Task<WorkerView?> SetStateAsync(string id, WorkerState state, string reason);

    /// <summary>Says which workers a job has now; the job asks again within the loan's lease, or gives them back.</summary>
    [Alias("borrow")]
    Task<Loan> BorrowAsync(Borrower borrower);

    /// <summary>Gives a job's workers back.</summary>
    [Alias("return")]
    Task ReturnAsync(string jobId);
}
