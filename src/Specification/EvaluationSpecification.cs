namespace S2M.Specification;

/// <summary>Validation and test protocols (docs/maths.md, Protocols). Running statistics, never those of the images at hand.</summary>
public sealed record EvaluationSpecification
{
    /// <summary>Ways of the rows of the table, each at least 2.</summary>
    public IReadOnlyList<int> Ways { get; init; } = [5, 20];

    /// <summary>Shots of the rows of the table, each at least 1.</summary>
    public IReadOnlyList<int> Shots { get; init; } = [1, 5];

    /// <summary>Queries per class, at least 1.</summary>
    public int Queries { get; init; } = 15;

    /// <summary>Episodes of each row in the test phase, at least 2.</summary>
    public int Episodes { get; init; } = 600;

    /// <summary>Episodes of each row in a validation during training, at least 2.</summary>
    public int ValidationEpisodes { get; init; } = 100;

    /// <summary>The seed of evaluation episodes; the same for every training seed, so that runs are compared on the same episodes.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Whether the test phase ranks the whole test gallery (mean average precision).</summary>
    public bool Retrieval { get; init; } = true;

    /// <summary>Concept images per class in retrieval, at least 1; the others are targets, and where there are twice as many both halves are swapped.</summary>
    public int RetrievalShots { get; init; } = 10;
}
