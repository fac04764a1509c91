using System.Text.Json.Serialization;

namespace S2M.Specification;

/// <summary>The embedding and the head.</summary>
public sealed record NetworkSpecification
{
    /// <summary>The name of the embedding <c>conv4</c>.</summary>
    public const string Conv4 = "conv4";

    /// <summary>The name of the embedding <c>lenet</c>.</summary>
    public const string LeNet = "lenet";

    private readonly RegularizerKind? _regularizer;
    private readonly bool? _learnPredictiveOffset;

    /// <summary>
    /// The embedding network: <c>conv4</c> (four blocks of 64 channels; descriptors of 64 numbers on 28 x 28 images) or <c>lenet</c> (two convolutions, two
    /// full layers; descriptors of 100 numbers).
    /// </summary>
    public string Embedding { get; init; } = Conv4;

    /// <summary>Probability that an element of the descriptor is dropped in training, 0 (off) to 0.9.</summary>
    public double Dropout { get; init; }

    /// <summary>What concepts are represented by.</summary>
    public HeadKind Head { get; init; } = HeadKind.Gauss;

    /// <summary>Start of the learned variance offset eps (one per shot count), greater than 0.</summary>
    public double VarianceOffset { get; init; } = 1e-2;

    /// <summary>Whether eps is learned (as log eps) or stays at its start.</summary>
    public bool LearnVarianceOffset { get; init; } = true;

    /// <summary>How the gradient goes through the fit.</summary>
    [MixtureOption]
    public AdjointKind Adjoint { get; init; } = AdjointKind.Implicit;

    /// <summary>What keeps the fit away from zero variances; by default <see cref="RegularizerKind.Map"/> for mixtures, else <see cref="RegularizerKind.Additive"/>.</summary>
    [MixtureOption]
    public RegularizerKind Regularizer { get => _regularizer ?? (Head.IsMixture() ? RegularizerKind.Map : RegularizerKind.Additive); init => _regularizer = value; }

    /// <summary>nu, the strength of the prior on variances: as many images at the prior's variance, greater than 0; without effect on <see cref="RegularizerKind.Additive"/>.</summary>
    [MixtureOption]
    public double PriorStrength { get; init; } = 1;

    /// <summary>
    /// s0, the prior's variance or its start, greater than 0; without effect on <see cref="RegularizerKind.Additive"/>. About the variance of a concept's images
    /// in a dimension: at ten times that components empty (docs/decisions/0012).
    /// </summary>
    [MixtureOption]
    public double PriorVariance { get; init; } = 1e-3;

    /// <summary>Whether s0 is learned (as log s0) or stays at its start; without effect on <see cref="RegularizerKind.Additive"/>.</summary>
    [MixtureOption]
    public bool LearnPriorVariance { get; init; }

    /// <summary>a, the prior on mixing weights: as many images more for each component, at least 0; without effect on <see cref="RegularizerKind.Additive"/>.</summary>
    [MixtureOption]
    public double WeightPrior { get; init; } = 1;

    /// <summary>Whether a further, broad component of fixed place takes up images that belong to no other; scores leave it out.</summary>
    [MixtureOption]
    public bool Background { get; init; }

    /// <summary>Where the fit begins in training.</summary>
    [MixtureOption]
    public StartKind Start { get; init; } = StartKind.KMeans;

    /// <summary>What chooses the number of components of <see cref="HeadKind.AdaGmm"/>.</summary>
    [MixtureOption]
    public ComponentCriterion KBy { get; init; } = ComponentCriterion.Means;

    /// <summary>
    /// Whether a second offset per shot count is learned by the likelihood of the positives, for what needs densities rather than ranks; by default for
    /// <see cref="HeadKind.AdaGmm"/>, whose choice of components does.
    /// </summary>
    [MixtureOption]
    public bool LearnPredictiveOffset { get => _learnPredictiveOffset ?? Head.ChoosesComponents(); init => _learnPredictiveOffset = value; }

    /// <summary>Whether the embedding has batch norm, whose statistics are those of an episode's images in training.</summary>
    [JsonIgnore]
    public bool HasBatchNorm => Embedding == Conv4;
}
