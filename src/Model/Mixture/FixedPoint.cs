namespace S2M.Model.Mixture;

/// <summary>A point of the iteration g -> G(g): an M-step of responsibilities and the E-step that follows.</summary>
/// <param name="Estimate">The M-step of g.</param>
/// <param name="Expected">G(g), shape (N, K), row-major.</param>
/// <param name="Residual">max |g - G(g)|.</param>
/// <param name="Bound">The penalized log likelihood of the estimate.</param>
internal sealed record FixedPoint(MixtureEstimate Estimate, double[] Expected, double Residual, double Bound)
{
    // Of all examples; below it a component is given up.
    private const double SmallestShare = 1e-6;

    /// <summary>The point at given responsibilities; null where a component has lost its examples.</summary>
    internal static FixedPoint? At(double[] support, int size, double[] responsibilities, int components, MixtureRegularizer regularizer, double[]? background)
    {
        double[] counts = new double[components];
        for (int at = 0; at < responsibilities.Length; at++)
        {
            counts[at % components] += responsibilities[at];
        }

        // A background may be empty.
        if (counts[..(background is null ? components : components - 1)].Min() < SmallestShare * (support.Length / size))
        {
            return null;
        }

        var estimate = new MixtureEstimate(support, size, responsibilities, components, regularizer, background);
        double[] expected = new double[responsibilities.Length];
        double bound = estimate.Expect(expected);
        double residual = 0;
        for (int at = 0; at < expected.Length; at++)
        {
            residual = Math.Max(residual, Math.Abs(expected[at] - responsibilities[at]));
        }

        return new FixedPoint(estimate, expected, residual, bound);
    }
}
