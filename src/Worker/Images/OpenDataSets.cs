using S2M.Data.Images;

namespace S2M.Worker.Images;

/// <summary>
/// The data sets that are open: those at hand from the start for good, others as long as somebody uses them and a few beyond. Several that ask for one
/// version at a time share its opening. Safe for concurrent use.
/// </summary>
internal sealed class OpenDataSets : IAsyncDisposable
{
    /// <summary>The most pixel bytes that are kept of a data set's decoded images.</summary>
    internal const long DecodedBytes = 1L << 30;

    // Jobs alternate between few data sets; each that is kept open holds its decoded images.
    private const int IdleAtMost = 2;

    private readonly IDataSetSource _source;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _end = new();
    private long _uses;

    /// <summary>Keeps the ones at hand.</summary>
    /// <param name="atHand">Disposed with this.</param>
    /// <param name="source">Brings the others.</param>
    internal OpenDataSets(IEnumerable<IDataSet> atHand, IDataSetSource source)
    {
        _source = source;
        foreach (IDataSet dataSet in atHand)
        {
            // A user that never leaves.
            _entries[dataSet.Version] = new Entry(Task.FromResult(new OpenDataSet(dataSet))) { Users = 1 };
        }
    }

    /// <summary>The versions that are open now, in ordinal order.</summary>
    internal IReadOnlyList<string> Versions
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries.Where(pair => pair.Value.Opening.IsCompletedSuccessfully).Select(pair => pair.Key).Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Bytes of decoded images that are kept now.</summary>
    internal long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _entries.Values.Where(entry => entry.Opening.IsCompletedSuccessfully).Sum(entry => entry.Opening.Result.Images.Bytes);
            }
        }
    }

    /// <summary>Opens a version, or joins those who use it.</summary>
    /// <param name="version"><c>name@sha256</c>.</param>
    /// <param name="cancellationToken">Stops waiting; the opening goes on for the next who asks.</param>
    /// <returns>To be disposed when the data set is no longer used.</returns>
    internal async Task<DataSetUse> UseAsync(string version, CancellationToken cancellationToken)
    {
        Entry entry = Join(version);
        try
        {
            return new DataSetUse(await entry.Opening.WaitAsync(cancellationToken), this, version, entry);
        }
        catch
        {
            Leave(version, entry);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (Entry entry in _entries.Values)
        {
            await Close(entry);
        }

        _end.Dispose();
    }

    /// <summary>One more use of what is in use.</summary>
    internal DataSetUse Again(OpenDataSet dataSet, string version, Entry entry)
    {
        lock (_lock)
        {
            entry.Users++;
        }

        return new DataSetUse(dataSet, this, version, entry);
    }

    /// <summary>One use less.</summary>
    internal void Leave(string version, Entry entry)
    {
        lock (_lock)
        {
            entry.Users--;
            if (entry.Users == 0 && entry.Opening.IsFaulted && _entries.GetValueOrDefault(version) == entry)
            {
                _entries.Remove(version);
            }

            KeyValuePair<string, Entry>[] idle = [.. _entries.Where(pair => pair.Value.Users == 0 && pair.Value.Opening.IsCompleted).OrderByDescending(pair => pair.Value.LastUse)];
            foreach ((string name, Entry old) in idle.Skip(IdleAtMost))
            {
                _entries.Remove(name);
                _ = Close(old);
            }
        }
    }

    private static async Task Close(Entry entry)
    {
        await entry.Opening.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        if (entry.Opening.IsCompletedSuccessfully)
        {
            await (await entry.Opening).DisposeAsync();
        }
    }

    private Entry Join(string version)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(version, out Entry? entry) || entry.Opening.IsFaulted || entry.Opening.IsCanceled)
            {
                _entries[version] = entry = new Entry(Task.Run(() => OpenAsync(version), CancellationToken.None));
            }

            entry.Users++;
            entry.LastUse = ++_uses;
            return entry;
        }
    }

    private async Task<OpenDataSet> OpenAsync(string version) => new(await _source.OpenAsync(version, _end.Token));

    /// <summary>A version and who uses it.</summary>
    internal sealed class Entry(Task<OpenDataSet> opening)
    {
        internal Task<OpenDataSet> Opening { get; } = opening;

        internal int Users { get; set; }

        internal long LastUse { get; set; }
    }
}

/// <summary>Somebody's use of a data set: it stays open until this is disposed.</summary>
internal sealed class DataSetUse(OpenDataSet dataSet, OpenDataSets owner, string version, OpenDataSets.Entry entry) : IDisposable
{
    private int _left;

    /// <summary>The data set.</summary>
    internal OpenDataSet DataSet { get; } = dataSet;

    /// <summary>A use for somebody else, who disposes it.</summary>
    internal DataSetUse Again() => owner.Again(DataSet, version, entry);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0)
        {
            owner.Leave(version, entry);
        }
    }
}
