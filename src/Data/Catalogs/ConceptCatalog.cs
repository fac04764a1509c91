namespace S2M.Data.Catalogs;

/// <summary>The concepts of one part of a split: its classes, each in one or in four rotations.</summary>
public sealed class ConceptCatalog
{
    private const int Rotations = 4;
    private readonly IReadOnlyList<int> _part;
    private readonly int _turns;

    /// <summary>Lists the concepts.</summary>
    /// <param name="classes">The data set's classes.</param>
    /// <param name="part">Indices of the part's classes.</param>
    /// <param name="rotations">Whether each quarter turn of a class is a concept of its own.</param>
    public ConceptCatalog(IReadOnlyList<ImageClass> classes, IReadOnlyList<int> part, bool rotations)
    {
        Classes = classes;
        _part = part;
        _turns = rotations ? Rotations : 1;
    }

    /// <summary>The data set's classes.</summary>
    public IReadOnlyList<ImageClass> Classes { get; }

    /// <summary>How many concepts there are.</summary>
    public int Count => _part.Count * _turns;

    /// <summary>Concept number <paramref name="index"/>: class by class, rotation by rotation.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    public ConceptId this[int index] => new(_part[index / _turns], index % _turns);
}
