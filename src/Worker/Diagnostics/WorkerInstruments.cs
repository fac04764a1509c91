using System.Diagnostics.Metrics;

namespace S2M.Worker.Diagnostics;

/// <summary>Metrics of this process. Safe for concurrent use.</summary>
internal sealed class WorkerInstruments : IDisposable
{
    /// <summary>The meter's name.</summary>
    internal const string MeterName = "S2M.Worker";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _shares;
    private readonly Counter<long> _items;
    private readonly Histogram<double> _computeSeconds;
    private readonly Histogram<double> _fetchSeconds;
    private readonly Counter<long> _receivedBytes;
    private readonly Counter<long> _sentBytes;
    private long _finished;

    /// <summary>Makes the instruments.</summary>
    public WorkerInstruments()
    {
        _shares = _meter.CreateCounter<long>("s2m.worker.shares", "{share}", "Shares by kind of work and outcome: done, cancelled, refused or failed.");
        _items = _meter.CreateCounter<long>("s2m.worker.items", "{item}", "Episodes, images, groups and support sets of shares that were done.");
        _computeSeconds = _meter.CreateHistogram<double>("s2m.worker.compute.duration", "s", "Time of a share on the training thread.");
        _fetchSeconds = _meter.CreateHistogram<double>("s2m.worker.fetch.duration", "s", "Time of one pull: parameters, descriptors or a data set.");
        _receivedBytes = _meter.CreateCounter<long>("s2m.worker.received", "By", "Bytes pulled.");
        _sentBytes = _meter.CreateCounter<long>("s2m.worker.sent", "By", "Bytes of arrays sent.");
    }

    /// <summary>Shares that were done.</summary>
    internal long Finished => Interlocked.Read(ref _finished);

    /// <summary>A cache whose size is to be seen.</summary>
    /// <param name="cache">Its name.</param>
    /// <param name="bytes">Its size now.</param>
    internal void Watch(string cache, Func<long> bytes)
        => _meter.CreateObservableGauge("s2m.worker.cache", () => new Measurement<long>(bytes(), new KeyValuePair<string, object?>("cache", cache)), "By", "Bytes that are kept.");

    /// <summary>A share was done.</summary>
    internal void Done(string kind, int items, TimeSpan compute, long bytes)
    {
        Interlocked.Increment(ref _finished);
        var tag = new KeyValuePair<string, object?>("kind", kind);
        _shares.Add(1, tag, new("outcome", "done"));
        _items.Add(items, tag);
        _computeSeconds.Record(compute.TotalSeconds, tag);
        _sentBytes.Add(bytes, tag);
    }

    /// <summary>A share was not done.</summary>
    internal void NotDone(string kind, string outcome) => _shares.Add(1, new("kind", kind), new("outcome", outcome));

    /// <summary>A pull came to its end.</summary>
    internal void Fetched(string what, TimeSpan duration) => _fetchSeconds.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("what", what));

    /// <summary>Bytes came.</summary>
    internal void Received(string what, int bytes) => _receivedBytes.Add(bytes, new KeyValuePair<string, object?>("what", what));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
