namespace S2M.Specification;

/// <summary>How a group's scores become a number to minimise.</summary>
public enum LossKind
{
    /// <summary>Cross-entropy over the group's concepts, with a learned temperature.</summary>
    NWay,

    /// <summary>Each concept against all other queries: probability that a negative outranks a positive, from soft histograms.</summary>
    Histogram,
}

/// <summary>The form of the histogram loss (docs/maths.md, Losses).</summary>
public enum HistogramVariant
{
    /// <summary>Linear bins over [lo, hi]; ties within a bin cost nothing.</summary>
    Slides,

    /// <summary>As <see cref="Slides"/>, ties within a bin cost one half: the exact complement of the AUC of the histograms.</summary>
    Midpoint,

    /// <summary>The released layer, for comparison.</summary>
    Published,
}

/// <summary>The loss of a group.</summary>
public sealed record LossSpecification
{
    /// <summary>Which loss.</summary>
    public LossKind Kind { get; init; } = LossKind.NWay;

    /// <summary>The histogram loss' form; without effect on the n-way loss.</summary>
    public HistogramVariant Variant { get; init; } = HistogramVariant.Slides;

    /// <summary>Histogram bins R, 2 to 10000; without effect on the n-way loss.</summary>
    public int Bins { get; init; } = 100;

    /// <summary>Start of the learned temperature T of the n-way loss, greater than 0.</summary>
    public double Temperature { get; init; } = 1.0;
}
