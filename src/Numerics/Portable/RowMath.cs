using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace S2M.Numerics.Portable;

/// <summary>
/// Sums over rows of float64 in one fixed order, four partial sums of neighboring elements with fused multiplications, whatever the machine's vectors are: the
/// bits are the same everywhere.
/// </summary>
public static class RowMath
{
    private const int Lanes = 4;

    // Of a matrix product: rows of this many elements stay in the nearest cache.
    private const int Panel = 512;

    /// <summary>sum_d left_d right_d.</summary>
    /// <param name="left">A row.</param>
    /// <param name="right">A row of the same length.</param>
    /// <exception cref="ArgumentOutOfRangeException">The lengths differ.</exception>
    public static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(right.Length, left.Length);
        Vector256<double> sums = default;
        ref double lefts = ref MemoryMarshal.GetReference(left);
        ref double rights = ref MemoryMarshal.GetReference(right);
        int whole = left.Length - (left.Length % Lanes);
        for (nuint d = 0; d < (nuint)whole; d += Lanes)
        {
            sums = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref lefts, d), Vector256.LoadUnsafe(ref rights, d), sums);
        }

        double sum = Fold(sums);
        for (int d = whole; d < left.Length; d++)
        {
            sum = Math.FusedMultiplyAdd(left[d], right[d], sum);
        }

        return sum;
    }

    /// <summary>target_d += factor row_d.</summary>
    /// <param name="factor">The factor.</param>
    /// <param name="row">A row.</param>
    /// <param name="target">A row of the same length, added to.</param>
    /// <exception cref="ArgumentOutOfRangeException">The lengths differ.</exception>
    public static void AddScaled(double factor, ReadOnlySpan<double> row, Span<double> target)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(target.Length, row.Length);
        Vector256<double> factors = Vector256.Create(factor);
        ref double values = ref MemoryMarshal.GetReference(row);
        ref double sums = ref MemoryMarshal.GetReference(target);
        int whole = row.Length - (row.Length % Lanes);
        for (nuint d = 0; d < (nuint)whole; d += Lanes)
        {
            Vector256.FusedMultiplyAdd(factors, Vector256.LoadUnsafe(ref values, d), Vector256.LoadUnsafe(ref sums, d)).StoreUnsafe(ref sums, d);
        }

        for (int d = whole; d < row.Length; d++)
        {
            target[d] = Math.FusedMultiplyAdd(factor, row[d], target[d]);
        }
    }

    /// <summary>target_im = sum_w left_iw right_mw: every row with every row.</summary>
    /// <param name="left">Row-major, I x W.</param>
    /// <param name="right">Row-major, M x W.</param>
    /// <param name="width">W, a multiple of 4.</param>
    /// <param name="target">Receives I x M, row-major.</param>
    /// <exception cref="ArgumentException">W is no multiple of 4, or a length does not fit.</exception>
    public static void ProductsOfRows(ReadOnlySpan<double> left, ReadOnlySpan<double> right, int width, Span<double> target)
    {
        if (width % Lanes != 0 || width == 0 || left.Length % width != 0 || right.Length % width != 0 || target.Length != left.Length / width * (right.Length / width))
        {
            throw new ArgumentException($"rows: expected rows of a multiple of {Lanes} elements and a target of every pair, got {left.Length}, {right.Length} by {width} and {target.Length}; pad rows with zeros");
        }

        target.Clear();
        int columns = right.Length / width;
        for (int from = 0; from < width; from += Panel)
        {
            int length = Math.Min(Panel, width - from);
            for (int i = 0; i < left.Length / width; i++)
            {
                ReadOnlySpan<double> row = left.Slice((i * width) + from, length);
                Span<double> sums = target.Slice(i * columns, columns);
                int m = 0;
                for (; m + 3 < columns; m += 4)
                {
                    AddFour(row, right[((m * width) + from)..], width, sums.Slice(m, 4));
                }

                for (; m < columns; m++)
                {
                    sums[m] += Dot(row, right.Slice((m * width) + from, length));
                }
            }
        }
    }

    // Four products at once: each element of the row is loaded once. Each has the sums that Dot has.
    private static void AddFour(ReadOnlySpan<double> row, ReadOnlySpan<double> others, int stride, Span<double> sums)
    {
        ref double values = ref MemoryMarshal.GetReference(row);
        ref double first = ref MemoryMarshal.GetReference(others);
        (nuint second, nuint third, nuint fourth) = ((nuint)stride, (nuint)stride * 2, (nuint)stride * 3);
        (Vector256<double> a, Vector256<double> b, Vector256<double> c, Vector256<double> d) = (default, default, default, default);
        for (nuint w = 0; w < (nuint)row.Length; w += Lanes)
        {
            Vector256<double> value = Vector256.LoadUnsafe(ref values, w);
            a = Vector256.FusedMultiplyAdd(value, Vector256.LoadUnsafe(ref first, w), a);
            b = Vector256.FusedMultiplyAdd(value, Vector256.LoadUnsafe(ref first, second + w), b);
            c = Vector256.FusedMultiplyAdd(value, Vector256.LoadUnsafe(ref first, third + w), c);
            d = Vector256.FusedMultiplyAdd(value, Vector256.LoadUnsafe(ref first, fourth + w), d);
        }

        sums[0] += Fold(a);
        sums[1] += Fold(b);
        sums[2] += Fold(c);
        sums[3] += Fold(d);
    }

    private static double Fold(Vector256<double> sums) => sums[0] + sums[1] + (sums[2] + sums[3]);
}
