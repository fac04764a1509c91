namespace S2M.Specification;

/// <summary>What keeps variances and weights of a fit away from zero.</summary>
public enum RegularizerKind
{
    /// <summary>The variance offset alone, added to every variance.</summary>
    Additive,

    /// <summary>Priors on variances and weights beside the offset: a true objective, which no iteration lowers.</summary>
    Map,
}
