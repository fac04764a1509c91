using S2M.Coordinator.DataSets;
using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Tests.DataSets;

/// <summary>Rows and requests in memory, as their interfaces describe them.</summary>
internal sealed class MemoryRows : IDataSetStore, IRequestLog
{
    private readonly Lock _lock = new();
    private readonly List<DataSetRecord> _rows = [];
    private readonly Dictionary<string, (string Method, string Subject)> _requests = new(StringComparer.Ordinal);

    private int _ids;

    internal int Count => _rows.Count;

    internal int Requests => _requests.Count;

    /// <summary>A request id that was not used before with these rows.</summary>
    internal string NextRequest() => new Guid(Interlocked.Increment(ref _ids), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0).ToString();

    public Task<DataSetRecord> AddAsync(DataSetRecord record, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            int index = _rows.FindIndex(row => row.Version == record.Version);
            if (index < 0)
            {
                _rows.Insert(0, record);
                index = 0;
            }
            else if (_rows[index].Path.Length > 0 && record.Path.Length > 0)
            {
                _rows[index] = _rows[index] with { Path = record.Path };
            }

            return Task.FromResult(_rows[index]);
        }
    }

    public Task<DataSetRecord?> FindAsync(string name, string sha256, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(_rows.Find(row => row.Name == name && row.Sha256 == sha256));
        }
    }

    public Task<IReadOnlyList<DataSetRecord>> ListAsync(string? name, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<DataSetRecord>>([.. _rows.Where(row => name is null || row.Name == name)]);
        }
    }

    public Task<(string Method, string Subject)?> FindAsync(string requestId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult<(string, string)?>(_requests.TryGetValue(requestId, out (string, string) known) ? known : null);
        }
    }

    public Task AddAsync(string requestId, string method, string subject, DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _requests.TryAdd(requestId, (method, subject));
        }

        return Task.CompletedTask;
    }
}
