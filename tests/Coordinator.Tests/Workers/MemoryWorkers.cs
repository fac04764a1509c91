using System.Collections.Concurrent;
using S2M.Coordinator.Workers;

namespace S2M.Coordinator.Tests.Workers;

/// <summary>The workers' rows in memory.</summary>
internal sealed class MemoryWorkers : IWorkerStore
{
    private readonly ConcurrentDictionary<string, WorkerRecord> _rows = new(StringComparer.Ordinal);

    internal WorkerRecord Row(string id) => _rows[id];

    public Task PutAsync(WorkerRecord worker, CancellationToken cancellationToken)
    {
        _rows[worker.Id] = worker;
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<WorkerRecord>> ListAsync(CancellationToken cancellationToken)
        => Task.FromResult<IReadOnlyList<WorkerRecord>>([.. _rows.Values.OrderBy(row => row.Id, StringComparer.Ordinal)]);

    public Task RemoveGoneAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        foreach (WorkerRecord row in _rows.Values.Where(row => row.State == WorkerState.Gone && row.Since < before))
        {
            _rows.TryRemove(row.Id, out _);
        }

        return Task.CompletedTask;
    }
}
