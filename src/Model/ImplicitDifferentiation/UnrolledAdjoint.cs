using S2M.Model.Mixture;

namespace S2M.Model.ImplicitDifferentiation;

/// <summary>
/// Differentiation backwards through every step of expectation-maximization from its start: the oracle of <see cref="ImplicitAdjoint"/>, and the ablation. It
/// needs as many steps as the iteration takes to converge; the dependence of the start on the examples is left out, as it vanishes at the fixed point.
/// </summary>
/// <param name="steps">Steps that are replayed, at least 1.</param>
public sealed class UnrolledAdjoint(int steps) : IFitAdjoint
{
    private readonly int _steps = steps >= 1 ? steps : throw new Set2ModelException($"steps: expected at least 1, got {steps}; name how many are replayed");

    /// <inheritdoc/>
    public FitGradient Backward(ReadOnlySpan<double> support, int size, MixtureSolution solution, MixtureRegularizer regularizer, MixtureCotangent cotangent)
    {
        ArgumentNullException.ThrowIfNull(solution);
        ArgumentNullException.ThrowIfNull(regularizer);
        ArgumentNullException.ThrowIfNull(cotangent);
        AdjointArguments.Check(support, size, solution, cotangent);
        regularizer = solution.Applied(regularizer);
        (double[] rows, double[] center) = MixtureEstimate.Center(support, size);
        double[]? background = MixtureFit.BackgroundOf(center, regularizer);
        int components = solution.Counts.Length;
        MixtureEstimate Maximize(double[] responsibilities) => new(rows, size, responsibilities, components, regularizer, background);

        // Responsibilities alone are kept: an M-step is cheaper to repeat than to remember.
        var visited = new List<double[]> { solution.Start };
        for (int step = 1; step < (components == 1 ? 1 : _steps); step++)
        {
            double[] expected = new double[solution.Start.Length];
            Maximize(visited[^1]).Expect(expected);
            visited.Add(expected);
        }

        var collected = new StepAdjoint(rows.Length / size, size);
        MixtureEstimate estimate = Maximize(visited[^1]);
        double[][] parameters = StepAdjoint.Rows(cotangent, estimate);
        collected.CollectMaximization(estimate, parameters);
        for (int step = visited.Count - 1; step > 0; step--)
        {
            MixtureEstimate earlier = Maximize(visited[step - 1]);
            double[] logDensities = StepAdjoint.ToResponsibilities(new FitFeatures(estimate, visited[step]), parameters);
            var features = new FitFeatures(earlier, visited[step]);
            features.Soften(logDensities);

            // What follows is in units of the earlier step.
            parameters = [.. parameters.Select(row => new double[row.Length])];
            StepAdjoint.AddToParameters(features, logDensities, parameters);
            collected.CollectExpectation(features, logDensities);
            collected.CollectMaximization(earlier, parameters);
            estimate = earlier;
        }

        return new FitGradient { Support = collected.Support, VarianceOffset = collected.VarianceOffset, PriorVariance = collected.PriorVariance };
    }
}
