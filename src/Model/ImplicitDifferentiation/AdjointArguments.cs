using S2M.Model.Mixture;

namespace S2M.Model.ImplicitDifferentiation;

/// <summary>The door of both adjoints.</summary>
internal static class AdjointArguments
{
    /// <summary>Refuses a solution that was not fitted to the examples, and a cotangent of another mixture.</summary>
    /// <param name="support">x, shape (N, D).</param>
    /// <param name="size">D.</param>
    /// <param name="solution">The fit.</param>
    /// <param name="cotangent">dL/dmixture.</param>
    /// <exception cref="Set2ModelException">Shapes disagree.</exception>
    internal static void Check(ReadOnlySpan<double> support, int size, MixtureSolution solution, MixtureCotangent cotangent)
    {
        int rows = solution.Responsibilities.Length / solution.Counts.Length;
        if (size != solution.Mixture.Size || support.Length != rows * size)
        {
            throw new Set2ModelException(
                $"support: expected the {rows} x {solution.Mixture.Size} values that were fitted, got {support.Length} in rows of {size}; give the fit's own examples");
        }

        (int weights, int values) = (solution.Mixture.Components, solution.Mixture.Means.Length);
        if (cotangent.MixingWeights.Length != weights || cotangent.Means.Length != values || cotangent.Variances.Length != values)
        {
            throw new Set2ModelException(
                $"cotangent: expected {weights} weights, {values} means and {values} variances as the mixture has, "
                + $"got {cotangent.MixingWeights.Length}, {cotangent.Means.Length} and {cotangent.Variances.Length}; give that of the fit's own mixture");
        }
    }
}
