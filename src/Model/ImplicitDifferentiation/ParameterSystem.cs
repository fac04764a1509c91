using S2M.Numerics.Portable;

namespace S2M.Model.ImplicitDifferentiation;

/// <summary>The same adjoint as a system in the mixture's parameters (eq. 38): K (2 D + 1) unknowns, fewer than in responsibilities where examples are many and D small.</summary>
internal static class ParameterSystem
{
    /// <summary>How many unknowns it would have.</summary>
    internal static int SizeOf(FitFeatures features) => features.Estimate.Components * ((2 * features.Estimate.Size) + 1);

    /// <summary>Solves for t and returns l = P F t.</summary>
    /// <param name="features">The factors.</param>
    /// <param name="cotangent">The incoming gradient by component, each of the features' width.</param>
    internal static SystemSolution Solve(FitFeatures features, double[][] cotangent)
    {
        int components = cotangent.Length;
        int each = (2 * features.Estimate.Size) + 1;
        double[] unknowns = [.. cotangent.SelectMany(ofComponent => ofComponent.Take(each))];
        bool usedRidge = LinearSystem.Solve(Matrix(features, each), unknowns);
        double[] values = new double[features.ActiveRows.Length * components];
        for (int active = 0; active < features.ActiveRows.Length; active++)
        {
            Span<double> row = values.AsSpan(active * components, components);
            for (int j = 0; j < components; j++)
            {
                row[j] = RowMath.Dot(features.Effects[j].AsSpan(active * features.Width, each), unknowns.AsSpan(j * each, each));
            }

            features.Soften(active, row);
        }

        return new SystemSolution(values, unknowns.Length, usedRidge, InParameters: true);
    }

    // I - sum_i b_i P_i f_i^T.
    private static double[] Matrix(FitFeatures features, int each)
    {
        int components = features.Estimate.Components;
        int size = components * each;
        double[] matrix = new double[size * size];
        for (int active = 0; active < features.ActiveRows.Length; active++)
        {
            ReadOnlySpan<double> g = features.Expected.AsSpan(features.ActiveRows[active] * components, components);
            for (int j = 0; j < components; j++)
            {
                ReadOnlySpan<double> slopes = features.Slopes[j].AsSpan(active * features.Width, each);
                for (int other = 0; other < components; other++)
                {
                    double soft = g[j] * ((j == other ? 1 : 0) - g[other]);
                    ReadOnlySpan<double> effects = features.Effects[other].AsSpan(active * features.Width, each);
                    for (int w = 0; w < each; w++)
                    {
                        RowMath.AddScaled(-soft * slopes[w], effects, matrix.AsSpan((((j * each) + w) * size) + (other * each), each));
                    }
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
