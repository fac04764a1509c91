namespace S2M.Numerics.Parameters;

/// <summary>Where each named tensor lies in a flat vector: entries in order, without gaps.</summary>
public sealed class ParameterLayout
{
    private readonly int[] _offsets;

    /// <summary>Lays the entries out one after the other.</summary>
    /// <param name="entries">The tensors, in the order of the flat vector; names must be distinct (ordinal).</param>
    /// <exception cref="ArgumentException">A name occurs twice or a length is below 1.</exception>
    public ParameterLayout(IReadOnlyList<ParameterEntry> entries)
    {
        Entries = [.. entries];
        _offsets = new int[Entries.Count];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < Entries.Count; i++)
        {
            ParameterEntry entry = Entries[i];
            if (!seen.Add(entry.Name))
            {
                throw new ArgumentException($"entries: expected distinct names, got '{entry.Name}' twice; rename one of them");
            }

            if (entry.Shape.Any(length => length < 1))
            {
                throw new ArgumentException($"entries: '{entry.Name}': expected lengths of at least 1, got [{string.Join(", ", entry.Shape)}]");
            }

            _offsets[i] = Count;
            Count = checked(Count + entry.Count);
        }
    }

    /// <summary>The tensors in the order of the flat vector.</summary>
    public IReadOnlyList<ParameterEntry> Entries { get; }

    /// <summary>The length of the flat vector.</summary>
    public int Count { get; }

    /// <summary>The first element of entry <paramref name="index"/> in the flat vector.</summary>
    public int OffsetOf(int index) => _offsets[index];

    /// <summary>The part of <paramref name="flat"/> that holds entry <paramref name="index"/>.</summary>
    /// <param name="flat">A flat vector of this layout, length <see cref="Count"/>.</param>
    /// <param name="index">Index into <see cref="Entries"/>.</param>
    public Span<float> Slice(Span<float> flat, int index) => flat.Slice(_offsets[index], Entries[index].Count);
}
