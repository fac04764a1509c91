using S2M.Data.Images;

namespace S2M.Coordinator.DataSets;

/// <summary>
/// Data sets that are open, each once however many use it. A few stay open after their last use, because opening one that lies at a path reads all of it.
/// Safe for concurrent use.
/// </summary>
internal sealed class OpenDataSets : IDisposable
{
    private const int MostIdle = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Opened> _opened = new(StringComparer.Ordinal);
    private long _uses;

    /// <summary>Opens a version, or shares it.</summary>
    /// <param name="version">Which, and where it lies.</param>
    /// <param name="open">Opens it; runs once for all that wait.</param>
    /// <param name="cancellationToken">Stops waiting; the opening goes on.</param>
    /// <returns>The data set; dispose it after use.</returns>
    internal async Task<DataSetLease> OpenAsync(string version, Func<IDataSet> open, CancellationToken cancellationToken)
    {
        Opened opened;
        lock (_lock)
        {
            if (!_opened.TryGetValue(version, out Opened? known) || known.DataSet.IsFaulted)
            {
                known = new Opened(Task.Run(open, CancellationToken.None));
                _opened[version] = known;
            }

            opened = known;
            opened.Users++;
        }

        try
        {
            return new DataSetLease(await opened.DataSet.WaitAsync(cancellationToken), () => Release(opened));
        }
        catch
        {
            Release(opened);
            throw;
        }
    }

    /// <summary>Closes what is open; nobody uses it any more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (Opened opened in _opened.Values)
            {
                opened.Close();
            }

            _opened.Clear();
        }
    }

    private void Release(Opened opened)
    {
        lock (_lock)
        {
            opened.Users--;
            opened.LastUse = ++_uses;
            KeyValuePair<string, Opened>[] idleByAge =
                [.. _opened.Where(static pair => pair.Value.Users == 0).OrderByDescending(static pair => pair.Value.LastUse)];
            foreach ((string version, Opened idle) in idleByAge.Skip(MostIdle))
            {
                _opened.Remove(version);
                idle.Close();
            }
        }
    }

    private sealed class Opened(Task<IDataSet> dataSet)
    {
        public Task<IDataSet> DataSet => dataSet;

        public int Users { get; set; }

        public long LastUse { get; set; }

        public void Close() => _ = dataSet.ContinueWith(
            static opened => opened.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
    }
}
