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
internal sealed class ResponsibilitySystem
{
    private readonly int _rows;
    private readonly int _components;
    private readonly LinearSystem _system;

    /// <summary>Makes the matrix and factorizes it.</summary>
    /// <param name="features">The factors of P and K.</param>
    /// <param name="couplings">K^j of every component.</param>
    /// <param name="isTransposed">K^T in place of K.</param>
    internal ResponsibilitySystem(FitFeatures features, double[][] couplings, bool isTransposed)
    {
        (_rows, _components) = (features.ActiveRows.Length, features.Estimate.Components);
        _system = LinearSystem.Of(Matrix(features, couplings, isTransposed), Size);
    }

    /// <summary>Unknowns.</summary>
    internal int Size => _rows * (_components - 1);

    /// <summary>Whether the matrix was singular, and a ridge was added.</summary>
    internal bool UsedRidge => _system.UsedRidge;

    /// <summary>Solves.</summary>
    /// <param name="right">The right side, shape (M, K), rows summing to 0: P c, or r.</param>
    /// <returns>Shape (M, K), row-major; rows sum to 0.</returns>
    internal double[] Solve(ReadOnlySpan<double> right)
    {
        int free = _components - 1;
        double[] unknowns = new double[Size];
        for (int at = 0; at < unknowns.Length; at++)
        {
            unknowns[at] = right[(at / free * _components) + (at % free)];
        }

        _system.Solve(unknowns);
        double[] solution = new double[_rows * _components];
        for (int at = 0; at < unknowns.Length; at++)
        {
            int row = at / free * _components;
            solution[row + (at % free)] = unknowns[at];
            solution[row + free] -= unknowns[at];
        }

        return solution;
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
