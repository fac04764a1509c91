using System.Collections;

namespace S2M.Coordinator.Training;

/// <summary>
/// A list that only grows. Appending gives a longer list and leaves the shorter one as it was; both share their elements, so that a run of n steps
/// copies about n of them in all, not n for each step. Reading is safe while another thread appends; appending is for one thread.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
internal sealed class EventLog<T> : IReadOnlyList<T>
{
    private readonly Shared _shared;

    private EventLog(Shared shared, int count)
    {
        _shared = shared;
        Count = count;
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public T this[int index]
        => (uint)index < (uint)Count ? _shared.Items[index] : throw new ArgumentOutOfRangeException(nameof(index), index, $"expected 0 to {Count - 1}");

    /// <summary>The list with one more element.</summary>
    /// <param name="list">The list so far; it does not change.</param>
    /// <param name="item">The element.</param>
    internal static IReadOnlyList<T> Append(IReadOnlyList<T> list, T item)
    {
        // Only the longest list of a shared store may write behind its end; any other begins a store of its own.
        Shared shared = list is EventLog<T> log && log._shared.Used == log.Count ? log._shared : new Shared([.. list]);
        if (shared.Used == shared.Items.Length)
        {
            T[] items = new T[Math.Max(16, 2 * shared.Used)];
            shared.Items.CopyTo(items, 0);
            shared.Items = items;
        }

        shared.Items[shared.Used++] = item;
        return new EventLog<T>(shared, shared.Used);
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return _shared.Items[i];
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private sealed class Shared(T[] items)
    {
        internal T[] Items { get; set; } = items;

        internal int Used { get; set; } = items.Length;
    }
}
