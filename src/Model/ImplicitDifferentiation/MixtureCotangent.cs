namespace S2M.Model.ImplicitDifferentiation;

/// <summary>The incoming gradient: of a loss by the parameters of a mixture.</summary>
/// <param name="MixingWeights">dL/dpi, shape (K).</param>
/// <param name="Means">dL/dmu, shape (K, D), row-major.</param>
/// <param name="Variances">dL/ds, shape (K, D), row-major.</param>
public sealed record MixtureCotangent(double[] MixingWeights, double[] Means, double[] Variances);
