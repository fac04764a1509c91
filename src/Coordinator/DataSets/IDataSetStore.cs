namespace S2M.Coordinator.DataSets;

/// <summary>The data sets' rows.</summary>
public interface IDataSetStore
{
    /// <summary>Stores a version; one that is there already stays as it is, except that a path takes the place of another path.</summary>
    /// <returns>The row as it is now.</returns>
    Task<DataSetRecord> AddAsync(DataSetRecord record, CancellationToken cancellationToken);

    /// <summary>A version, or null.</summary>
    Task<DataSetRecord?> FindAsync(string name, string sha256, CancellationToken cancellationToken);

    /// <summary>Versions, the newest first; of one name where it is given.</summary>
    Task<IReadOnlyList<DataSetRecord>> ListAsync(string? name, CancellationToken cancellationToken);
}
