using S2M.Numerics.Portable;

namespace S2M.Model.ImplicitDifferentiation;

/// <summary>The same adjoint as a system in the mixture's parameters (eq. 38): K (2 D + 1) unknowns, fewer than in responsibilities where examples are many and D small.</summary>
internal static class ParameterSystem
{
    /// <summary>How many unknowns it would have.</summary>
    internal static int SizeOf(FitFeatures features) => features.Estimate.Components * features.Width;

    /// <summary>Solves for t and returns l = P F t.</summary>
    /// <param name="features">The factors.</param>
    /// <param name="cotangent">The incoming gradient by component, each of the features' width.</param>
    internal static SystemSolution Solve(FitFeatures features, double[][] cotangent)
    {
        int width = features.Width;
        double[] unknowns = [.. cotangent.SelectMany(ofComponent => ofComponent)];
        var system = LinearSystem.Of(Matrix(features), unknowns.Length);
        system.Solve(unknowns);
        double[][] parameters = [.. Enumerable.Range(0, cotangent.Length).Select(j => unknowns[(j * width)..((j + 1) * width)])];
        double[] values = StepAdjoint.ToResponsibilities(features, parameters);
        features.Soften(values);
        return new SystemSolution(values, unknowns.Length, system.UsedRidge, InParameters: true);
    }

    // I - sum_i b_i P_i f_i^T.
    private static double[] Matrix(FitFeatures features)
    {
        int width = features.Width;
        int components = features.Estimate.Components;
        int size = components * width;
        double[] matrix = new double[size * size];
        double[] effects = new double[size];
        double[] slopes = new double[size];
        for (int active = 0; active < features.ActiveRows.Length; active++)
        {
            ReadOnlySpan<double> g = features.Expected.AsSpan(features.ActiveRows[active] * components, components);
            for (int j = 0; j < components; j++)
            {
                features.Fill(j, active, effects.AsSpan(j * width, width), slopes.AsSpan(j * width, width));
            }

            for (int line = 0; line < size; line++)
            {
                int j = line / width;
                for (int other = 0; other < components; other++)
                {
                    double soft = g[j] * ((j == other ? 1 : 0) - g[other]);
                    RowMath.AddScaled(-soft * slopes[line], effects.AsSpan(other * width, width), matrix.AsSpan((line * size) + (other * width), width));
                }
            }
        }

        for (int i = 0; i < size; i++)
        {
            matrix[(i * size) + i] += 1;
        }

        return matrix;
    }
}
