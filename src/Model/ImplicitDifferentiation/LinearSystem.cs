using S2M.Numerics.Portable;

namespace S2M.Model.ImplicitDifferentiation;

/// <summary>Dense systems by elimination with partial pivoting, in one fixed order of operations: the bits are the same on every machine.</summary>
internal static class LinearSystem
{
    // A pivot that is smaller than this part of the matrix' largest element is rounding.
    private const double Singular = 1e-13;

    // Of the diagonal.
    private const double Ridge = 1e-10;

    /// <summary>Solves A x = b; where A is singular to working precision, (A + ridge) x = b.</summary>
    /// <param name="matrix">A, row-major, S x S; overwritten.</param>
    /// <param name="vector">b; becomes x.</param>
    /// <returns>Whether a ridge was needed.</returns>
    internal static bool Solve(double[] matrix, double[] vector)
    {
        double[] kept = [.. matrix];
        double[] right = [.. vector];
        if (TryEliminate(matrix, vector))
        {
            return false;
        }

        kept.CopyTo(matrix, 0);
        right.CopyTo(vector, 0);
        for (int i = 0; i < vector.Length; i++)
        {
            double diagonal = matrix[(i * vector.Length) + i];
            matrix[(i * vector.Length) + i] += Ridge * (diagonal == 0 ? 1 : diagonal);
        }

        if (!TryEliminate(matrix, vector))
        {
            // Not even so: nothing can be said along the null directions, and nothing is.
            Array.Clear(vector);
        }

        return true;
    }

    private static bool TryEliminate(double[] matrix, double[] vector)
    {
        int size = vector.Length;
        double smallest = Singular * Largest(matrix);
        for (int column = 0; column < size; column++)
        {
            int pivot = column;
            for (int row = column + 1; row < size; row++)
            {
                pivot = Math.Abs(matrix[(row * size) + column]) > Math.Abs(matrix[(pivot * size) + column]) ? row : pivot;
            }

            if (!(Math.Abs(matrix[(pivot * size) + column]) > smallest))
            {
                return false;
            }

            Swap(matrix, vector, column, pivot);
            Span<double> source = matrix.AsSpan((column * size) + column + 1, size - column - 1);
            double inverse = 1 / matrix[(column * size) + column];
            for (int row = column + 1; row < size; row++)
            {
                double factor = matrix[(row * size) + column] * inverse;
                if (factor != 0)
                {
                    RowMath.AddScaled(-factor, source, matrix.AsSpan((row * size) + column + 1, source.Length));
                    vector[row] -= factor * vector[column];
                }
            }
        }

        for (int row = size - 1; row >= 0; row--)
        {
            double known = RowMath.Dot(matrix.AsSpan((row * size) + row + 1, size - row - 1), vector.AsSpan(row + 1));
            vector[row] = (vector[row] - known) / matrix[(row * size) + row];
        }

        return true;
    }

    private static double Largest(double[] matrix)
    {
        double largest = 0;
        foreach (double value in matrix)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        return largest;
    }

    private static void Swap(double[] matrix, double[] vector, int first, int second)
    {
        if (first == second)
        {
            return;
        }

        (vector[first], vector[second]) = (vector[second], vector[first]);
        Span<double> left = matrix.AsSpan(first * vector.Length, vector.Length);
        Span<double> right = matrix.AsSpan(second * vector.Length, vector.Length);
        for (int i = 0; i < left.Length; i++)
        {
            (left[i], right[i]) = (right[i], left[i]);
        }
    }
}
