using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace S2M.Numerics.Portable;

/// <summary>
/// What mixtures make of rows of float64 and their deviations x - mean: in one fixed order of fused multiplications, four neighboring elements at a time, so that
/// the bits are the same everywhere. Rows of one call have one length.
/// </summary>
public static class DeviationMath
{
    private const int Lanes = 4;

    /// <summary>target_d = (x_d - mean_d) scale_d.</summary>
    /// <param name="row">x.</param>
    /// <param name="mean">The mean.</param>
    /// <param name="scale">By dimension.</param>
    /// <param name="target">Receives them.</param>
    /// <exception cref="ArgumentOutOfRangeException">Lengths differ.</exception>
    public static void Scale(ReadOnlySpan<double> row, ReadOnlySpan<double> mean, ReadOnlySpan<double> scale, Span<double> target)
    {
        Require(row.Length, mean.Length, scale.Length, target.Length);
        ref double targets = ref MemoryMarshal.GetReference(target);
        int whole = Whole(row.Length);
        for (int d = 0; d < whole; d += Lanes)
        {
            (Difference(row, mean, d) * Load(scale, d)).StoreUnsafe(ref targets, (nuint)d);
        }

        for (int d = whole; d < row.Length; d++)
        {
            target[d] = (row[d] - mean[d]) * scale[d];
        }
    }

    /// <summary>target_d = (x_d - mean_d)^2 scale_d + shift.</summary>
    /// <param name="row">x.</param>
    /// <param name="mean">The mean.</param>
    /// <param name="scale">By dimension.</param>
    /// <param name="shift">The same for every dimension.</param>
    /// <param name="target">Receives them.</param>
    /// <exception cref="ArgumentOutOfRangeException">Lengths differ.</exception>
    public static void ScaleSquares(ReadOnlySpan<double> row, ReadOnlySpan<double> mean, ReadOnlySpan<double> scale, double shift, Span<double> target)
    {
        Require(row.Length, mean.Length, scale.Length, target.Length);
        ref double targets = ref MemoryMarshal.GetReference(target);
        int whole = Whole(row.Length);
        for (int d = 0; d < whole; d += Lanes)
        {
            Vector256<double> difference = Difference(row, mean, d);
            Vector256.FusedMultiplyAdd(difference * difference, Load(scale, d), Vector256.Create(shift)).StoreUnsafe(ref targets, (nuint)d);
        }

        for (int d = whole; d < row.Length; d++)
        {
            double difference = row[d] - mean[d];
            target[d] = Math.FusedMultiplyAdd(difference * difference, scale[d], shift);
        }
    }

    /// <summary>squares_d += factor (x_d - mean_d)^2.</summary>
    /// <param name="factor">The factor.</param>
    /// <param name="row">x.</param>
    /// <param name="mean">The mean.</param>
    /// <param name="squares">Added to.</param>
    /// <exception cref="ArgumentOutOfRangeException">Lengths differ.</exception>
    public static void AddSquares(double factor, ReadOnlySpan<double> row, ReadOnlySpan<double> mean, Span<double> squares)
    {
        Require(row.Length, mean.Length, squares.Length, row.Length);
        ref double sums = ref MemoryMarshal.GetReference(squares);
        int whole = Whole(row.Length);
        for (int d = 0; d < whole; d += Lanes)
        {
            Vector256<double> difference = Difference(row, mean, d);
            Vector256.FusedMultiplyAdd(Vector256.Create(factor), difference * difference, Load(squares, d)).StoreUnsafe(ref sums, (nuint)d);
        }

        for (int d = whole; d < row.Length; d++)
        {
            double difference = row[d] - mean[d];
            squares[d] = Math.FusedMultiplyAdd(factor, difference * difference, squares[d]);
        }
    }

    /// <summary>deviations_d += factor (x_d - mean_d) and squares_d += factor (x_d - mean_d)^2.</summary>
    /// <param name="factor">The factor.</param>
    /// <param name="row">x.</param>
    /// <param name="mean">The mean.</param>
    /// <param name="deviations">Added to.</param>
    /// <param name="squares">Added to.</param>
    /// <exception cref="ArgumentOutOfRangeException">Lengths differ.</exception>
    public static void AddMoments(double factor, ReadOnlySpan<double> row, ReadOnlySpan<double> mean, Span<double> deviations, Span<double> squares)
    {
        Require(row.Length, mean.Length, deviations.Length, squares.Length);
        ref double firsts = ref MemoryMarshal.GetReference(deviations);
        ref double seconds = ref MemoryMarshal.GetReference(squares);
        int whole = Whole(row.Length);
        for (int d = 0; d < whole; d += Lanes)
        {
            Vector256<double> difference = Difference(row, mean, d);
            Vector256<double> part = difference * factor;
            (Load(deviations, d) + part).StoreUnsafe(ref firsts, (nuint)d);
            Vector256.FusedMultiplyAdd(part, difference, Load(squares, d)).StoreUnsafe(ref seconds, (nuint)d);
        }

        for (int d = whole; d < row.Length; d++)
        {
            double part = (row[d] - mean[d]) * factor;
            deviations[d] += part;
            squares[d] = Math.FusedMultiplyAdd(part, row[d] - mean[d], squares[d]);
        }
    }

    /// <summary>sum_d (x_d - mean_d) linear_d + (x_d - mean_d)^2 quadratic_d.</summary>
    /// <param name="row">x.</param>
    /// <param name="mean">The mean.</param>
    /// <param name="linear">By dimension.</param>
    /// <param name="quadratic">By dimension.</param>
    /// <exception cref="ArgumentOutOfRangeException">Lengths differ.</exception>
    public static double Evaluate(ReadOnlySpan<double> row, ReadOnlySpan<double> mean, ReadOnlySpan<double> linear, ReadOnlySpan<double> quadratic)
    {
        Require(row.Length, mean.Length, linear.Length, quadratic.Length);
        Vector256<double> sums = default;
        int whole = Whole(row.Length);
        for (int d = 0; d < whole; d += Lanes)
        {
            Vector256<double> difference = Difference(row, mean, d);
            sums = Vector256.FusedMultiplyAdd(difference, Vector256.FusedMultiplyAdd(difference, Load(quadratic, d), Load(linear, d)), sums);
        }

        double sum = RowMath.Fold(sums);
        for (int d = whole; d < row.Length; d++)
        {
            double difference = row[d] - mean[d];
            sum = Math.FusedMultiplyAdd(difference, Math.FusedMultiplyAdd(difference, quadratic[d], linear[d]), sum);
        }

        return sum;
    }

    /// <summary>target_d += factor (constant_d + slope_d (x_d - mean_d)).</summary>
    /// <param name="factor">The factor.</param>
    /// <param name="row">x.</param>
    /// <param name="mean">The mean.</param>
    /// <param name="constant">By dimension.</param>
    /// <param name="slope">By dimension.</param>
    /// <param name="target">Added to.</param>
    /// <exception cref="ArgumentOutOfRangeException">Lengths differ.</exception>
    public static void AddLine(
        double factor, ReadOnlySpan<double> row, ReadOnlySpan<double> mean, ReadOnlySpan<double> constant, ReadOnlySpan<double> slope, Span<double> target)
    {
        Require(row.Length, mean.Length, constant.Length, slope.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(target.Length, row.Length);
        ref double sums = ref MemoryMarshal.GetReference(target);
        int whole = Whole(row.Length);
        for (int d = 0; d < whole; d += Lanes)
        {
            Vector256<double> value = Vector256.FusedMultiplyAdd(Load(slope, d), Difference(row, mean, d), Load(constant, d));
            Vector256.FusedMultiplyAdd(Vector256.Create(factor), value, Load(target, d)).StoreUnsafe(ref sums, (nuint)d);
        }

        for (int d = whole; d < row.Length; d++)
        {
            target[d] = Math.FusedMultiplyAdd(factor, Math.FusedMultiplyAdd(slope[d], row[d] - mean[d], constant[d]), target[d]);
        }
    }

    private static int Whole(int length) => length - (length % Lanes);

    private static Vector256<double> Difference(ReadOnlySpan<double> row, ReadOnlySpan<double> mean, int at) => Load(row, at) - Load(mean, at);

    private static Vector256<double> Load(ReadOnlySpan<double> values, int at) => Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(values), (nuint)at);

    private static void Require(int length, int second, int third, int fourth)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(second, length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(third, length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(fourth, length);
    }
}
