using S2M.Model.Mixture;

namespace S2M.Model.ImplicitDifferentiation;

/// <summary>A gradient through a fit against central differences of refits along one direction: the independent check that any build can make of itself.</summary>
/// <param name="support">The examples that were fitted, shape (N, D), row-major.</param>
/// <param name="size">D.</param>
/// <param name="solution">The fit.</param>
/// <param name="regularizer">What it was regularized with.</param>
/// <param name="cotangent">dL/dmixture.</param>
public sealed class DirectionalCheck(double[] support, int size, MixtureSolution solution, MixtureRegularizer regularizer, MixtureCotangent cotangent)
{
    private const double Step = 1e-4;

    /// <summary>How far the gradient is from the slope along a direction of the examples, relative to the gradient's length times the direction's.</summary>
    /// <param name="gradient">dL/dx, shape (N, D), row-major.</param>
    /// <param name="direction">Shape (N, D), row-major, not zero.</param>
    /// <returns>0 where both are 0; NaN where a refit collapses.</returns>
    public double Error(double[] gradient, double[] direction)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(direction);
        double length = Length(direction);
        double slope = Slope(h => (Moved(direction, h / length), regularizer));
        double error = Math.Abs(slope - (Inner(gradient, direction) / length));
        return error == 0 ? 0 : error / Length(gradient);
    }

    /// <summary>The relative error of dL/deps.</summary>
    /// <param name="gradient">dL/deps; eps is above 0.</param>
    public double OffsetError(double gradient)
        => RelativeError(gradient, Slope(h => (support, regularizer with { VarianceOffset = regularizer.VarianceOffset * (1 + h) })) / regularizer.VarianceOffset);

    /// <summary>The relative error of dL/ds0.</summary>
    /// <param name="gradient">dL/ds0; s0 is above 0.</param>
    public double PriorVarianceError(double gradient)
        => RelativeError(gradient, Slope(h => (support, regularizer with { PriorVariance = regularizer.PriorVariance * (1 + h) })) / regularizer.PriorVariance);

    private static double RelativeError(double gradient, double slope) => slope == gradient ? 0 : Math.Abs(slope - gradient) / Math.Abs(gradient);

    // Four points: the error falls with the fourth power of the step.
    private double Slope(Func<double, (double[] Support, MixtureRegularizer Regularizer)> at)
        => ((8 * (ValueAt(at(Step)) - ValueAt(at(-Step)))) - (ValueAt(at(2 * Step)) - ValueAt(at(-2 * Step)))) / (12 * Step);

    private double ValueAt((double[] Support, MixtureRegularizer Regularizer) point)
    {
        if (MixtureFit.FitFrom(point.Support, size, solution.Responsibilities, solution.Applied(point.Regularizer)) is not { } refit)
        {
            return double.NaN;
        }

        return Inner(cotangent.MixingWeights, refit.Mixture.MixingWeights) + Inner(cotangent.Means, refit.Mixture.Means) + Inner(cotangent.Variances, refit.Mixture.Variances);
    }

    private double[] Moved(double[] direction, double part) => [.. support.Zip(direction, (value, change) => value + (part * change))];

    private static double Length(double[] values) => Math.Sqrt(Inner(values, values));

    private static double Inner(double[] left, ReadOnlySpan<double> right)
    {
        double sum = 0;
        for (int at = 0; at < left.Length; at++)
        {
            sum += left[at] * right[at];
        }

        return sum;
    }
}
