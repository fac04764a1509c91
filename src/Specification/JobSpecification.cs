namespace S2M.Specification;

/// <summary>Everything that decides a training run's result, with every default filled in.</summary>
public sealed record JobSpecification
{
    /// <summary>The job's name: letters, digits, '-', '_' and '.', 1 to 64 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Which images, and how they are decoded.</summary>
    public required DataSpecification Data { get; init; }

    /// <summary>How classes are divided into training, validation and test.</summary>
    public SplitSpecification Split { get; init; } = new();

    /// <summary>The embedding and the head.</summary>
    public NetworkSpecification Network { get; init; } = new();

    /// <summary>The loss of a group.</summary>
    public LossSpecification Loss { get; init; } = new();

    /// <summary>What a training episode is made of.</summary>
    public EpisodeSpecification Episode { get; init; } = new();

    /// <summary>Length, seed and cadence of the training loop.</summary>
    public TrainingSpecification Training { get; init; } = new();

    /// <summary>The optimiser and its learning-rate schedule.</summary>
    public OptimizerSpecification Optimizer { get; init; } = new();

    /// <summary>Validation and test protocols.</summary>
    public EvaluationSpecification Evaluation { get; init; } = new();
}
