namespace S2M.Coordinator.Workers;

/// <summary>The workers' rows.</summary>
public interface IWorkerStore
{
    /// <summary>Stores a worker as it is now, over the row of the same name.</summary>
    Task PutAsync(WorkerRecord worker, CancellationToken cancellationToken);

    /// <summary>All rows, by name.</summary>
    Task<IReadOnlyList<WorkerRecord>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Removes rows of workers that are Gone since before a time.</summary>
    Task RemoveGoneAsync(DateTimeOffset before, CancellationToken cancellationToken);
}
