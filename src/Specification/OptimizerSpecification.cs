namespace S2M.Specification;

/// <summary>Which update rule.</summary>
public enum OptimizerKind
{
    /// <summary>Adam (Kingma and Ba 2015), weight decay added to the gradient.</summary>
    Adam,

    /// <summary>AdamW (Loshchilov and Hutter 2019), decoupled weight decay.</summary>
    AdamW,

    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,
}

/// <summary>The optimiser and its learning-rate schedule: linear warm-up, then cosine decay to zero at the last step.</summary>
public sealed record OptimizerSpecification
{
    /// <summary>Which update rule.</summary>
    public OptimizerKind Kind { get; init; } = OptimizerKind.Adam;

    /// <summary>The learning rate after warm-up, greater than 0.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Steps of linear warm-up, at least 0.</summary>
    public int WarmUpSteps { get; init; } = 50;

    /// <summary>Whether the rate decays to zero along a half cosine, or stays.</summary>
    public bool CosineDecay { get; init; } = true;

    /// <summary>Decay of Adam's first moment, at least 0, below 1.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of Adam's second moment, at least 0, below 1.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Adam's epsilon, greater than 0.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Momentum of stochastic gradient descent, at least 0, below 1.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Weight decay, at least 0.</summary>
    public double WeightDecay { get; init; }
}
