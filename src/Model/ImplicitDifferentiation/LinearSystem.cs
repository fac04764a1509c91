using S2M.Numerics.Portable;

namespace S2M.Model.ImplicitDifferentiation;

/// <summary>
/// A dense matrix, factorized with partial pivoting in one fixed order of operations: the bits are the same on every machine. Where it is singular to working
/// precision, a ridge on its diagonal takes its place.
/// </summary>
internal sealed class LinearSystem
{
    // A pivot that is smaller than this part of the matrix' largest element is rounding.
    private const double Singular = 1e-13;

    // Columns that are eliminated before the others are touched: as many as RowMath.SubtractFour takes.
    private const int Block = 4;

    // Of the diagonal.
    private const double Ridge = 1e-10;

    private readonly double[] _factors;
    private readonly int[] _order;
    private readonly bool _isSolvable;

    private LinearSystem(double[] factors, int[] order, bool usedRidge, bool isSolvable)
        => (_factors, _order, UsedRidge, _isSolvable) = (factors, order, usedRidge, isSolvable);

    /// <summary>Whether a ridge was needed.</summary>
    internal bool UsedRidge { get; }

    /// <summary>Factorizes.</summary>
    /// <param name="matrix">A, row-major, S x S; kept and overwritten.</param>
    /// <param name="size">S.</param>
    internal static LinearSystem Of(double[] matrix, int size)
    {
        double[] kept = [.. matrix];
        int[] order = new int[size];
        if (TryFactorize(matrix, order))
        {
            return new LinearSystem(matrix, order, usedRidge: false, isSolvable: true);
        }

        for (int i = 0; i < size; i++)
        {
            double diagonal = kept[(i * size) + i];
            kept[(i * size) + i] += Ridge * (diagonal == 0 ? 1 : diagonal);
        }

        return new LinearSystem(kept, order, usedRidge: true, TryFactorize(kept, order));
    }

    /// <summary>Solves A x = b.</summary>
    /// <param name="vector">b, length S; becomes x, which is 0 where even the ridge left the matrix singular: nothing can be said along its null directions.</param>
    internal void Solve(double[] vector)
    {
        if (!_isSolvable)
        {
            Array.Clear(vector);
            return;
        }

        int size = vector.Length;
        double[] right = [.. _order.Select(row => vector[row])];
        for (int row = 1; row < size; row++)
        {
            right[row] -= RowMath.Dot(_factors.AsSpan(row * size, row), right.AsSpan(0, row));
        }

        for (int row = size - 1; row >= 0; row--)
        {
            double known = RowMath.Dot(_factors.AsSpan((row * size) + row + 1, size - row - 1), right.AsSpan(row + 1));
            right[row] = (right[row] - known) / _factors[(row * size) + row];
        }

        right.CopyTo(vector, 0);
    }

    // L below the diagonal, U on it and above; order says which row of A stands where.
    private static bool TryFactorize(double[] matrix, int[] order)
    {
        int size = order.Length;
        double smallest = Singular * Largest(matrix);
        for (int row = 0; row < size; row++)
        {
            order[row] = row;
        }

        for (int from = 0; from < size; from += Block)
        {
            int to = Math.Min(from + Block, size);
            for (int column = from; column < to; column++)
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

                Swap(matrix, order, column, pivot);
                Eliminate(matrix, size, column, to);
            }

            Update(matrix, size, from, to);
        }

        return true;
    }

    // Columns of the block alone.
    private static void Eliminate(double[] matrix, int size, int column, int to)
    {
        ReadOnlySpan<double> source = matrix.AsSpan((column * size) + column + 1, to - column - 1);
        double inverse = 1 / matrix[(column * size) + column];
        for (int row = column + 1; row < size; row++)
        {
            double factor = matrix[(row * size) + column] *= inverse;
            Span<double> target = matrix.AsSpan((row * size) + column + 1, source.Length);
            for (int at = 0; at < source.Length; at++)
            {
                target[at] -= factor * source[at];
            }
        }
    }

    // The columns behind a block: all of its eliminations at once, so that each element is loaded and stored once for four.
    private static void Update(double[] matrix, int size, int from, int to)
    {
        for (int row = from + 1; row < to; row++)
        {
            for (int above = from; above < row; above++)
            {
                RowMath.AddScaled(-matrix[(row * size) + above], matrix.AsSpan((above * size) + to, size - to), matrix.AsSpan((row * size) + to, size - to));
            }
        }

        for (int row = to; row < size; row++)
        {
            RowMath.SubtractFour(matrix.AsSpan((row * size) + from, Block), matrix.AsSpan((from * size) + to), size, matrix.AsSpan((row * size) + to, size - to));
        }
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

    private static void Swap(double[] matrix, int[] order, int first, int second)
    {
        if (first == second)
        {
            return;
        }

        (order[first], order[second]) = (order[second], order[first]);
        Span<double> left = matrix.AsSpan(first * order.Length, order.Length);
        Span<double> right = matrix.AsSpan(second * order.Length, order.Length);
        for (int i = 0; i < left.Length; i++)
        {
            (left[i], right[i]) = (right[i], left[i]);
        }
    }
}
