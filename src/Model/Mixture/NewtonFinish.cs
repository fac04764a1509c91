using S2M.Model.ImplicitDifferentiation;

namespace S2M.Model.Mixture;

/// <summary>Newton's method on g - G(g) = 0, by the matrix that the gradient needs too (docs/maths.md, section on the fit). Guarded: a step counts if it helps.</summary>
internal static class NewtonFinish
{
    private const int MostSteps = 12;

    // Rounding may lower the bound by so much of itself.
    private const double BoundSlack = 1e-9;
    private const double BelowZero = -1e-12;

    /// <summary>Goes on until nothing helps any more.</summary>
    /// <param name="point">Near a fixed point.</param>
    /// <param name="exact">A residual that is small enough.</param>
    /// <returns>The best point, which is the given one where no step helped, and the number of steps that did.</returns>
    internal static (FixedPoint Point, int Steps) Run(FixedPoint point, double exact)
    {
        int steps = 0;
        while (steps < MostSteps && point.Residual > exact && Step(point) is { } better)
        {
            point = better;
            steps++;
        }

        return (point, steps);
    }

    private static FixedPoint? Step(FixedPoint point)
    {
        MixtureEstimate estimate = point.Estimate;
        var features = new FitFeatures(estimate, point.Expected);
        double[] moved = [.. point.Expected];
        double[] residuals = new double[features.ActiveRows.Length * estimate.Components];
        for (int active = 0; active < features.ActiveRows.Length; active++)
        {
            int from = features.ActiveRows[active] * estimate.Components;
            for (int j = 0; j < estimate.Components; j++)
            {
                residuals[(active * estimate.Components) + j] = point.Expected[from + j] - estimate.Responsibilities[from + j];
            }
        }

        SystemSolution solution = ResponsibilitySystem.Solve(features, residuals, isTransposed: true);
        if (solution.UsedRidge)
        {
            return null;
        }

        for (int active = 0; active < features.ActiveRows.Length; active++)
        {
            int from = features.ActiveRows[active] * estimate.Components;
            for (int j = 0; j < estimate.Components; j++)
            {
                double value = estimate.Responsibilities[from + j] + solution.Values[(active * estimate.Components) + j];
                if (!(value >= BelowZero && value <= 1 - BelowZero))
                {
                    return null;
                }

                moved[from + j] = Math.Clamp(value, 0, 1);
            }
        }

        FixedPoint? better = FixedPoint.At(estimate.Support, estimate.Size, moved, estimate.Components, estimate.Regularizer);
        return better?.Residual < point.Residual && better.Bound >= point.Bound - (BoundSlack * Math.Max(1, Math.Abs(point.Bound))) ? better : null;
    }
}
