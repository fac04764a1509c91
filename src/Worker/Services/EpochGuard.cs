using Grpc.Core;

namespace S2M.Worker.Services;

/// <summary>The highest epoch seen of each job: loops of older epochs have lost the job. Safe for concurrent use.</summary>
internal sealed class EpochGuard
{
    private const int JobsKept = 4096;

    private readonly Dictionary<string, LinkedListNode<(string Job, long Epoch)>> _epochs = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Job, long Epoch)> _uses = new();
    private readonly Lock _lock = new();

    /// <summary>Notes an epoch.</summary>
    /// <param name="job">The job.</param>
    /// <param name="epoch">The caller's epoch.</param>
    /// <exception cref="RpcException">A higher one was seen.</exception>
    internal void Require(string job, long epoch)
    {
        lock (_lock)
        {
            if (_epochs.TryGetValue(job, out LinkedListNode<(string Job, long Epoch)>? node))
            {
                if (epoch < node.Value.Epoch)
                {
                    throw ShareErrors.Refuse(
                        StatusCode.FailedPrecondition,
                        "OLD_EPOCH",
                        $"epoch: expected at least {node.Value.Epoch} of job '{job}', got {epoch}; a later loop has taken the job over");
                }

                _uses.Remove(node);
            }

            _epochs[job] = _uses.AddFirst((job, epoch));
            if (_uses.Count > JobsKept)
            {
                _epochs.Remove(_uses.Last!.Value.Job);
                _uses.RemoveLast();
            }
        }
    }
}
