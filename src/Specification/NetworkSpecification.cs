namespace S2M.Specification;

/// <summary>What a concept is represented by.</summary>
public enum HeadKind
{
    /// <summary>A diagonal Gaussian fitted to the support set (docs/maths.md, the mixture with one component).</summary>
    Gauss,

    /// <summary>The mean of the support set; scores are negative squared distances (nearest class mean).</summary>
    NearestMean,
}

/// <summary>The embedding and the head.</summary>
public sealed record NetworkSpecification
{
    /// <summary>The embedding network: <c>conv4</c> (four blocks of 64 channels; descriptors of 64 numbers on 28 x 28 images).</summary>
    public string Embedding { get; init; } = "conv4";

    /// <summary>Probability that an element of the descriptor is dropped in training, 0 (off) to 0.9.</summary>
    public double Dropout { get; init; }

    /// <summary>What concepts are represented by.</summary>
    public HeadKind Head { get; init; } = HeadKind.Gauss;

    /// <summary>Start of the learned variance offset eps (one per shot count), greater than 0.</summary>
    public double VarianceOffset { get; init; } = 1e-2;

    /// <summary>Whether eps is learned (as log eps) or stays at its start.</summary>
    public bool LearnVarianceOffset { get; init; } = true;
}
