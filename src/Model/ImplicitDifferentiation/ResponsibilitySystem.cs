namespace S2M.Model.ImplicitDifferentiation;

/// <summary>What a system was solved to.</summary>
/// <param name="Values">Shape (M, K), row-major; rows sum to 0.</param>
/// <param name="Size">Unknowns.</param>
/// <param name="UsedRidge">Whether the matrix was singular, and a ridge was added.</param>
/// <param name="InParameters">Whether the system in parameters was the smaller one.</param>
internal sealed record SystemSolution(double[] Values, int Size, bool UsedRidge, bool InParameters);

/// <summary>
/// (I - P K) l = P c (eq. 36) for the adjoint, and (I - P K^T) v = r for Newton's method. Rows of l sum to 0: the last column is left out, M (K - 1) unknowns.
/// </summary>
internal static class ResponsibilitySystem
{
    /// <summary>Solves in responsibilities.</summary>
    /// <param name="features">The factors of P and K.</param>
    /// <param name="right">The right side, shape (M, K), rows summing to 0: P c, or r.</param>
    /// <param name="couplings">K^j of every component.</param>
    /// <param name="isTransposed">K^T in place of K.</param>
    internal static SystemSolution Solve(FitFeatures features, double[][] couplings, ReadOnlySpan<double> right, bool isTransposed)
    {
        int components = features.Estimate.Components;
        int rows = features.ActiveRows.Length;
        int size = rows * (components - 1);
        double[] solution = new double[rows * components];
        if (size == 0)
        {
            return new SystemSolution(solution, 0, UsedRidge: false, InParameters: false);
        }

        double[] unknowns = new double[size];
        for (int at = 0; at < size; at++)
        {
            unknowns[at] = right[(at / (components - 1) * components) + (at % (components - 1))];
        }

        bool usedRidge = LinearSystem.Solve(Matrix(features, couplings, isTransposed), unknowns);
        for (int row = 0; row < rows; row++)
        {
            for (int j = 0; j < components - 1; j++)
            {
                double value = unknowns[(row * (components - 1)) + j];
                solution[(row * components) + j] = value;
                solution[(row * components) + components - 1] -= value;
            }
        }

        return new SystemSolution(solution, size, usedRidge, InParameters: false);
    }

    private static double[] Matrix(FitFeatures features, double[][] couplings, bool isTransposed)
    {
        int components = features.Estimate.Components;
        int free = components - 1;
        int rows = features.ActiveRows.Length;
        int size = rows * free;
        double[] matrix = new double[size * size];
        for (int i = 0; i < rows; i++)
        {
            ReadOnlySpan<double> g = features.Expected.AsSpan(features.ActiveRows[i] * components, components);
            for (int j = 0; j < free; j++)
            {
                Span<double> line = matrix.AsSpan(((i * free) + j) * size, size);
                double ofLast = g[j] * g[free];
                for (int m = 0; m < rows; m++)
                {
                    int pair = isTransposed ? (m * rows) + i : (i * rows) + m;
                    double last = ofLast * couplings[free][pair];
                    for (int other = 0; other < free; other++)
                    {
                        double soft = g[j] * ((j == other ? 1 : 0) - g[other]);
                        line[(m * free) + other] = -(soft * couplings[other][pair]) - last;
                    }
                }

                line[(i * free) + j] += 1;
            }
        }

        return matrix;
    }
}
