namespace S2M.Data.Catalogs;

/// <summary>The concepts of a part of a split: its classes, or its classes in four rotations each (class by class, turns 0 to 3).</summary>
public sealed class ConceptCatalog
{
    private readonly int[] _part;
    private readonly int _turns;

    /// <summary>Lists the concepts of a part.</summary>
    /// <param name="classes">The classes of the data set.</param>
    /// <param name="part">Indices of the part's classes.</param>
    /// <param name="rotations">Whether each quarter turn is a concept of its own.</param>
    /// <exception cref="DataException">The part is empty, names a class twice, or one that does not exist.</exception>
    public ConceptCatalog(IReadOnlyList<ImageClass> classes, IReadOnlyList<int> part, bool rotations)
    {
        ArgumentNullException.ThrowIfNull(classes);
        _part = [.. part];
        _turns = rotations ? 4 : 1;
        if (_part.Length == 0 || _part.Distinct().Count() != _part.Length || _part.Any(index => index < 0 || index >= classes.Count))
        {
            throw new DataException(
                $"catalog: expected distinct classes from 0 to {classes.Count - 1}, at least one, got {_part.Length} of which {_part.Distinct().Count()} differ; correct the split");
        }
    }

    /// <summary>The class indices.</summary>
    public IReadOnlyList<int> Part => _part;

    /// <summary>How many concepts there are.</summary>
    public int Count => _part.Length * _turns;

    /// <summary>A concept.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such concept.</exception>
    public ConceptId this[int index] => index >= 0 && index < Count
        ? new ConceptId(_part[index / _turns], index % _turns)
        : throw new ArgumentOutOfRangeException(nameof(index), $"catalog: expected a concept of 0 to {Count - 1}, got {index}; correct the index");
}
