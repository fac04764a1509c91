using S2M.Data.Images;
using S2M.Worker.Images;
using S2M.Worker.Parameters;

namespace S2M.Worker.Training;

/// <summary>The last few runners, one for each specification and data version. Belongs to one <see cref="TrainingThread"/>.</summary>
internal sealed class RunnerCache : IDisposable
{
    private const int Kept = 4;

    private readonly LinkedList<Entry> _uses = new();

    /// <summary>The runner of a job, made where there is none.</summary>
    /// <param name="job">The job.</param>
    /// <param name="data">Its images; the runner keeps a use of its own.</param>
    /// <returns>Valid until the next call.</returns>
    /// <exception cref="Model.Set2ModelException">The network does not fit the images.</exception>
    internal ShareRunner Get(WorkedJob job, DataSetUse data)
    {
        LinkedListNode<Entry>? node = _uses.First;
        while (node is not null && (node.Value.Hash != job.Hash || node.Value.DataVersion != job.DataVersion))
        {
            node = node.Next;
        }

        if (node is null)
        {
            var format = new ImageFormat(job.Specification.Data.Size, job.Specification.Data.Channels, job.Specification.Data.Ink);
            _ = data.DataSet.DecodeAhead(format);
            var runner = new ShareRunner(job.Specification, new PoolTensors(data.DataSet.Images, format));
            node = new LinkedListNode<Entry>(new Entry(job.Hash, job.DataVersion, runner, data.Again()));
        }
        else
        {
            _uses.Remove(node);
        }

        _uses.AddFirst(node);
        if (_uses.Count > Kept)
        {
            Close(_uses.Last!.Value);
            _uses.RemoveLast();
        }

        return node.Value.Runner;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Entry entry in _uses)
        {
            Close(entry);
        }

        _uses.Clear();
    }

    private static void Close(Entry entry)
    {
        entry.Runner.Dispose();
        entry.Data.Dispose();
    }

    private sealed record Entry(string Hash, string DataVersion, ShareRunner Runner, DataSetUse Data);
}
