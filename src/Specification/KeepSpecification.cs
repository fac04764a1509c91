namespace S2M.Specification;

/// <summary>Which checkpoints are kept, beside version 0, which always is. A checkpoint is kept as long as one of these keeps it.</summary>
public sealed record KeepSpecification
{
    /// <summary>The newest ones, at least 1.</summary>
    public int Last { get; init; } = 3;

    /// <summary>Whether the best one on validation is kept: of those whose step was validated, the one of the highest accuracy, the first of equals.</summary>
    public bool Best { get; init; } = true;

    /// <summary>Those whose step is a multiple of this are kept for ever; 0 for none.</summary>
    public int Every { get; init; }
}
