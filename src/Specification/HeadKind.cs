using System.Text.Json.Serialization;

namespace S2M.Specification;

/// <summary>What a concept is represented by.</summary>
public enum HeadKind
{
    /// <summary>A diagonal Gaussian fitted to the support set (docs/maths.md, the mixture with one component).</summary>
    Gauss,

    /// <summary>A mixture of two diagonal Gaussians.</summary>
    Gmm2,

    /// <summary>A mixture of three.</summary>
    Gmm3,

    /// <summary>A mixture of four.</summary>
    Gmm4,

    /// <summary>A mixture of one to four, as many as an information criterion chooses for each support set.</summary>
    [JsonStringEnumMemberName("adagmm")]
    AdaGmm,

    /// <summary>The mean of the support set; scores are negative squared distances (nearest class mean).</summary>
    NearestMean,
}
