namespace S2M.Worker.Parameters;

/// <summary>
/// Values that are pulled: several that ask for one at a time share the pull, the last few are kept, and a pull that failed is forgotten. Safe for
/// concurrent use.
/// </summary>
/// <typeparam name="TKey">What names a value.</typeparam>
/// <typeparam name="TValue">The value.</typeparam>
/// <param name="capacity">How many are kept; the least recently used leaves first.</param>
/// <param name="weigh">Bytes of a value.</param>
internal sealed class SharedCache<TKey, TValue>(int capacity, Func<TValue, long> weigh)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, Task<TValue> Value)>> _entries = [];
    private readonly LinkedList<(TKey Key, Task<TValue> Value)> _uses = new();
    private readonly Lock _lock = new();

    /// <summary>Bytes of what is kept now.</summary>
    internal long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _uses.Where(entry => entry.Value.IsCompletedSuccessfully).Sum(entry => weigh(entry.Value.Result));
            }
        }
    }

    /// <summary>A value, kept or pulled now.</summary>
    /// <param name="key">Which.</param>
    /// <param name="pull">Pulls it, for everybody who asks.</param>
    /// <param name="cancellationToken">Stops waiting; the pull goes on for the others.</param>
    internal Task<TValue> GetAsync(TKey key, Func<Task<TValue>> pull, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out LinkedListNode<(TKey Key, Task<TValue> Value)>? node))
            {
                _uses.Remove(node);
                if (!node.Value.Value.IsFaulted && !node.Value.Value.IsCanceled)
                {
                    _uses.AddFirst(node);
                    return node.Value.Value.WaitAsync(cancellationToken);
                }
            }

            // Not on the caller's thread, and not with its trace alone: the pull belongs to all.
            Task<TValue> value = Task.Run(pull, CancellationToken.None);
            _entries[key] = _uses.AddFirst((key, value));
            while (_uses.Count > capacity)
            {
                _entries.Remove(_uses.Last!.Value.Key);
                _uses.RemoveLast();
            }

            return value.WaitAsync(cancellationToken);
        }
    }
}
