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

    /// <summary>target_d -= sum_r factors_r rows_rd over four rows, in their order.</summary>
    /// <param name="factors">Four of them.</param>
    /// <param name="rows">The first row and what follows it.</param>
    /// <param name="stride">From the beginning of one row to that of the next, at least a row's length.</param>
    /// <param name="target">As long as a row; subtracted from.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no four factors, or rows end early.</exception>
    public static void SubtractFour(ReadOnlySpan<double> factors, ReadOnlySpan<double> rows, int stride, Span<double> target)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(factors.Length, 4);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, target.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows.Length, (3 * stride) + target.Length);
        ref double first = ref MemoryMarshal.GetReference(rows);
        ref double sums = ref MemoryMarshal.GetReference(target);
        (nuint second, nuint third, nuint fourth) = ((nuint)stride, (nuint)stride * 2, (nuint)stride * 3);
        var a = Vector256.Create(-factors[0]);
        var b = Vector256.Create(-factors[1]);
        var c = Vector256.Create(-factors[2]);
        var e = Vector256.Create(-factors[3]);
        int whole = target.Length - (target.Length % Lanes);
        for (nuint d = 0; d < (nuint)whole; d += Lanes)
        {
            Vector256<double> value = Vector256.FusedMultiplyAdd(a, Vector256.LoadUnsafe(ref first, d), Vector256.LoadUnsafe(ref sums, d));
            value = Vector256.FusedMultiplyAdd(b, Vector256.LoadUnsafe(ref first, second + d), value);
            value = Vector256.FusedMultiplyAdd(c, Vector256.LoadUnsafe(ref first, third + d), value);
            Vector256.FusedMultiplyAdd(e, Vector256.LoadUnsafe(ref first, fourth + d), value).StoreUnsafe(ref sums, d);
        }

        for (int d = whole; d < target.Length; d++)
        {
            for (int row = 0; row < factors.Length; row++)
            {
                target[d] = Math.FusedMultiplyAdd(-factors[row], rows[(row * stride) + d], target[d]);
            }
        }
    }

    /// <summary>target_im += sum_w rows_iw rows_mw for m &gt;= i: every row with every row, the upper triangle; what lies below it is overwritten with what no one needs.</summary>
    /// <param name="rows">Row-major, M x W.</param>
    /// <param name="width">W, a multiple of 4.</param>
    /// <param name="target">M x M, row-major; added to.</param>
    /// <exception cref="ArgumentException">W is no multiple of 4, or a length does not fit.</exception>
    public static void AddProductsOfRows(ReadOnlySpan<double> rows, int width, Span<double> target)
    {
        int count = width < 1 ? 0 : rows.Length / width;
        if (width % Lanes != 0 || width == 0 || rows.Length % width != 0 || target.Length != count * count)
        {
            throw new ArgumentException(
                $"rows: expected whole rows of a multiple of {Lanes} elements and a target of every pair, got {rows.Length} by {width} and {target.Length}; pad rows with zeros");
        }

        int i = 0;
        for (; i + 1 < count; i += 2)
        {
            int m = i;
            for (; m + 3 < count; m += 4)
            {
                AddEight(rows[(i * width)..], rows[(m * width)..], width, target.Slice((i * count) + m, 4), target.Slice(((i + 1) * count) + m, 4));
            }

            for (; m < count; m++)
            {
                target[(i * count) + m] += Dot(rows.Slice(i * width, width), rows.Slice(m * width, width));
                target[((i + 1) * count) + m] += Dot(rows.Slice((i + 1) * width, width), rows.Slice(m * width, width));
            }
        }

        if (i < count)
        {
            target[^1] += Dot(rows.Slice(i * width, width), rows.Slice(i * width, width));
        }
    }

    // Two rows by four at once, as many sums as registers hold: an element that is loaded serves several. Each sum is the one that Dot has.
    private static void AddEight(ReadOnlySpan<double> lefts, ReadOnlySpan<double> rights, int width, Span<double> first, Span<double> second)
    {
        ref double left = ref MemoryMarshal.GetReference(lefts);
        ref double right = ref MemoryMarshal.GetReference(rights);
        (nuint one, nuint two, nuint three) = ((nuint)width, (nuint)width * 2, (nuint)width * 3);
        (Vector256<double> a, Vector256<double> b, Vector256<double> c, Vector256<double> d) = (default, default, default, default);
        (Vector256<double> e, Vector256<double> f, Vector256<double> g, Vector256<double> h) = (default, default, default, default);
        for (nuint w = 0; w < one; w += Lanes)
        {
            Vector256<double> upper = Vector256.LoadUnsafe(ref left, w);
            Vector256<double> lower = Vector256.LoadUnsafe(ref left, one + w);
            Vector256<double> value = Vector256.LoadUnsafe(ref right, w);
            a = Vector256.FusedMultiplyAdd(upper, value, a);
            e = Vector256.FusedMultiplyAdd(lower, value, e);
            value = Vector256.LoadUnsafe(ref right, one + w);
            b = Vector256.FusedMultiplyAdd(upper, value, b);
            f = Vector256.FusedMultiplyAdd(lower, value, f);
            value = Vector256.LoadUnsafe(ref right, two + w);
            c = Vector256.FusedMultiplyAdd(upper, value, c);
            g = Vector256.FusedMultiplyAdd(lower, value, g);
            value = Vector256.LoadUnsafe(ref right, three + w);
            d = Vector256.FusedMultiplyAdd(upper, value, d);
            h = Vector256.FusedMultiplyAdd(lower, value, h);
        }

        Add(first, a, b, c, d);
        Add(second, e, f, g, h);
    }

    private static void Add(Span<double> target, Vector256<double> a, Vector256<double> b, Vector256<double> c, Vector256<double> d)
    {
        target[0] += Fold(a);
        target[1] += Fold(b);
        target[2] += Fold(c);
        target[3] += Fold(d);
    }

    /// <summary>The sum of four partial sums, in the order that all sums here have.</summary>
    internal static double Fold(Vector256<double> sums) => sums[0] + sums[1] + (sums[2] + sums[3]);
}
