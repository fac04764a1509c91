using S2M.Model.Mixture;

namespace S2M.Model.ImplicitDifferentiation;

/// <summary>
/// The exact gradient at a fixed point by the implicit function theorem, in the responsibilities (docs/maths.md, section 8): a system
/// of at most N (K - 1) unknowns, however long descriptors are; that in parameters where it is smaller.
/// </summary>
public sealed class ImplicitAdjoint : IFitAdjoint
{
    /// <inheritdoc/>
    public FitGradient Backward(ReadOnlySpan<double> support, int size, MixtureSolution solution, MixtureRegularizer regularizer, MixtureCotangent cotangent)
    {
        ArgumentNullException.ThrowIfNull(solution);
        ArgumentNullException.ThrowIfNull(regularizer);
        ArgumentNullException.ThrowIfNull(cotangent);
        AdjointArguments.Check(support, size, solution, cotangent);
        regularizer = solution.Applied(regularizer);
        (double[] rows, double[] center) = MixtureEstimate.Center(support, size);
        var estimate = new MixtureEstimate(rows, size, solution.Responsibilities, solution.Counts.Length, regularizer, MixtureFit.BackgroundOf(center, regularizer));
        var features = new FitFeatures(estimate, solution.Responsibilities);
        double[][] parameters = StepAdjoint.Rows(cotangent, estimate);
        SystemSolution solved = Solve(features, parameters, out double scale);
        StepAdjoint.AddToParameters(features, solved.Values, parameters);
        double residual = Residual(features, solved.Values, parameters) / scale;

        var collected = new StepAdjoint(estimate.Rows, size);
        collected.CollectMaximization(estimate, parameters);
        collected.CollectExpectation(features, solved.Values);
        return new FitGradient
        {
            Support = collected.Support,
            VarianceOffset = collected.VarianceOffset,
            PriorVariance = collected.PriorVariance,
            Residual = residual,
            AmbiguousRows = features.ActiveRows.Length,
            SystemSize = solved.Size,
            UsedRidge = solved.UsedRidge,
            InParameters = solved.InParameters,
        };
    }

    private static SystemSolution Solve(FitFeatures features, double[][] cotangent, out double scale)
    {
        int components = cotangent.Length;
        double[] right = StepAdjoint.ToResponsibilities(features, cotangent);
        scale = right.Aggregate(double.Epsilon, (largest, value) => Math.Max(largest, Math.Abs(value)));
        features.Soften(right);

        if (ParameterSystem.SizeOf(features) < features.ActiveRows.Length * (components - 1))
        {
            return ParameterSystem.Solve(features, cotangent);
        }

        var system = new ResponsibilitySystem(features, features.Couplings(), isTransposed: false);
        return new SystemSolution(system.Solve(right), system.Size, system.UsedRidge, InParameters: false);
    }

    // l against P (c + K l), where c + K l = F t: by the factors, not by the matrix that was solved.
    private static double Residual(FitFeatures features, double[] solved, double[][] parameters)
    {
        double[] expected = StepAdjoint.ToResponsibilities(features, parameters);
        features.Soften(expected);
        double worst = 0;
        for (int at = 0; at < solved.Length; at++)
        {
            worst = Math.Max(worst, Math.Abs(solved[at] - expected[at]));
        }

        return worst;
    }
}
