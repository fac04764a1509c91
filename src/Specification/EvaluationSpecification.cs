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

    /// <summary>Polysemous and noisy sets; null for none.</summary>
    [LaterField]
    public SetSpecification? Sets { get; init; }
}
