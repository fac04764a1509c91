using S2M.Model.ImplicitDifferentiation;
using S2M.Numerics.Portable;

namespace S2M.Model.Mixture;

/// <summary>Newton's method on g - G(g) = 0, by the matrix that the gradient needs too (docs/maths.md, section 6). Guarded: a step counts if it helps.</summary>
internal static class NewtonFinish
{
    private const int MostSteps = 12;
    private const int Powers = 30;

    // Beyond it a step costs more than all of the iteration.
    private const int LargestSystem = 1000;

    // How much the bound may fall: by rounding, relative to itself; with a variance offset, of which it is no bound, by example.
    private const double Rounding = 1e-9;
    private const double OffsetSlack = 1e-2;
    private const double BelowZero = -1e-12;

    // What goes farther, or does not contract, may end at another fixed point than the iteration would.
    private const double LongestStep = 0.1;
    private const double Contraction = 0.5;

    // A matrix is used again while a step lets the residual fall to this part of itself.
    private const double Fast = 0.1;

    /// <summary>Goes on until nothing helps any more.</summary>
    /// <param name="point">Near a fixed point.</param>
    /// <param name="exact">A residual that is small enough.</param>
    /// <returns>The best point and the number of steps that led to it; the given one where none helped, where they led to a saddle, or where a system is too large.</returns>
    internal static (FixedPoint Point, int Steps) Run(FixedPoint point, double exact)
    {
        (FixedPoint best, int steps) = (point, 0);
        FitFeatures features;
        double[][] couplings;
        bool helped;
        do
        {
            features = new FitFeatures(best.Estimate, best.Expected);
            if (features.ActiveRows.Length * (best.Estimate.Components - 1) > LargestSystem)
            {
                return (point, 0);
            }

            couplings = features.Couplings();
            var system = new ResponsibilitySystem(features, couplings, isTransposed: true);
            helped = false;

            // A matrix is dear, and good for as long as it makes the residual fall fast.
            for (double fall = 0; fall <= Fast && steps < MostSteps && best.Residual > exact && Step(best, features, system) is { } better; steps++)
            {
                (fall, best, helped) = (better.Residual / best.Residual, better, true);
            }
        }
        while (helped && steps < MostSteps && best.Residual > exact);

        return steps == 0 || IsAttracting(features, couplings) ? (best, steps) : (point, 0);
    }

    private static FixedPoint? Step(FixedPoint point, FitFeatures features, ResponsibilitySystem system)
    {
        MixtureEstimate estimate = point.Estimate;
        double[] residuals = new double[features.ActiveRows.Length * estimate.Components];
        for (int at = 0; at < residuals.Length; at++)
        {
            int cell = features.CellOf(at);
            residuals[at] = point.Expected[cell] - estimate.Responsibilities[cell];
        }

        double[]? moved = system.UsedRidge ? null : Move(point, features, system.Solve(residuals));
        FixedPoint? better = moved is null ? null : FixedPoint.At(estimate.Support, estimate.Size, moved, estimate.Components, estimate.Regularizer, estimate.Background);
        double slack = estimate.Regularizer.VarianceOffset > 0 ? OffsetSlack * estimate.Rows : Rounding * Math.Max(1, Math.Abs(point.Bound));
        return better?.Residual <= Contraction * point.Residual && better.Bound >= point.Bound - slack ? better : null;
    }

    /// <summary>
    /// Whether the iteration stays here: at a saddle, which it only passes by, some displacement grows under (P K^T). The last matrix is asked: steps
    /// by it contract only where it has the signs of the one at the fixed point.
    /// </summary>
    private static bool IsAttracting(FitFeatures features, double[][] couplings)
    {
        int rows = features.ActiveRows.Length;
        int components = couplings.Length;

        // Any displacement will do that no symmetry of the rows leaves out.
        double[] displacement = [.. Enumerable.Range(0, rows * components).Select(at => 1.0 + (at * at % 7))];
        double growth = 0;
        for (int power = 0; power < Powers; power++)
        {
            double[] next = new double[displacement.Length];
            double[] column = new double[rows];
            for (int j = 0; j < components; j++)
            {
                Array.Clear(column);
                for (int m = 0; m < rows; m++)
                {
                    RowMath.AddScaled(displacement[(m * components) + j], couplings[j].AsSpan(m * rows, rows), column);
                }

                for (int i = 0; i < rows; i++)
                {
                    next[(i * components) + j] = column[i];
                }
            }

            features.Soften(next);
            double norm = Math.Sqrt(next.Sum(value => value * value));
            if (norm == 0)
            {
                return true;
            }

            // The first displacement has no length that would tell.
            growth = power == 0 ? 0 : norm;
            displacement = [.. next.Select(value => value / norm)];
        }

        return growth < 1;
    }

    // Null where the step leaves the neighborhood, or [0, 1]. Rows that cannot move take their E-step.
    private static double[]? Move(FixedPoint point, FitFeatures features, double[] step)
    {
        double[] moved = [.. point.Expected];
        for (int at = 0; at < step.Length; at++)
        {
            int cell = features.CellOf(at);
            double value = point.Estimate.Responsibilities[cell] + step[at];
            if (!(Math.Abs(step[at]) <= LongestStep && value >= BelowZero && value <= 1 - BelowZero))
            {
                return null;
            }

            moved[cell] = Math.Clamp(value, 0, 1);
        }

        return moved;
    }
}
