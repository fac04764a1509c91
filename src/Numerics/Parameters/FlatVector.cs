using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace S2M.Numerics.Parameters;

/// <summary>
/// Elementwise arithmetic on flat vectors. Eight elements are taken at a time; + - * / of a lane round exactly as the scalar operation does and a
/// product is never contracted with a sum, so the width changes no bit. There is no sum over elements here: that would depend on the width.
/// </summary>
public static class FlatVector
{
    /// <summary>Adds two vectors.</summary>
    /// <param name="left">The left terms.</param>
    /// <param name="right">The right terms, of the same length.</param>
    /// <param name="destination">Receives the sums, of the same length; may be either of the two.</param>
    public static void Add(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> destination)
    {
        Expect(left.Length, right.Length);
        Expect(left.Length, destination.Length);
        ReadOnlySpan<Vector256<float>> leftLanes = Lanes(left);
        ReadOnlySpan<Vector256<float>> rightLanes = Lanes(right)[..leftLanes.Length];
        Span<Vector256<float>> sums = Lanes(destination)[..leftLanes.Length];
        for (int i = 0; i < leftLanes.Length; i++)
        {
            sums[i] = leftLanes[i] + rightLanes[i];
        }

        for (int i = Covered(leftLanes); i < left.Length; i++)
        {
            destination[i] = left[i] + right[i];
        }
    }

    /// <summary>Divides a vector by a number.</summary>
    /// <param name="values">The dividends.</param>
    /// <param name="divisor">The divisor.</param>
    /// <param name="destination">Receives the quotients, of the same length; may be <paramref name="values"/>.</param>
    public static void Divide(ReadOnlySpan<float> values, float divisor, Span<float> destination)
    {
        Expect(values.Length, destination.Length);
        ReadOnlySpan<Vector256<float>> lanes = Lanes(values);
        Span<Vector256<float>> quotients = Lanes(destination)[..lanes.Length];
        Vector256<float> divisors = Vector256.Create(divisor);
        for (int i = 0; i < lanes.Length; i++)
        {
            quotients[i] = lanes[i] / divisors;
        }

        for (int i = Covered(lanes); i < values.Length; i++)
        {
            destination[i] = values[i] / divisor;
        }
    }

    /// <summary>Moves running values: (1 - share) x value + share x newest, with 1 - share rounded once.</summary>
    /// <param name="values">The running values, changed in place.</param>
    /// <param name="newest">The newest values, of the same length.</param>
    /// <param name="share">Share of the newest, 0 to 1.</param>
    public static void Move(Span<float> values, ReadOnlySpan<float> newest, float share)
    {
        Expect(values.Length, newest.Length);
        float kept = 1f - share;
        Span<Vector256<float>> lanes = Lanes(values);
        ReadOnlySpan<Vector256<float>> newestLanes = Lanes(newest)[..lanes.Length];
        (Vector256<float> keptLanes, Vector256<float> shareLanes) = (Vector256.Create(kept), Vector256.Create(share));
        for (int i = 0; i < lanes.Length; i++)
        {
            lanes[i] = (keptLanes * lanes[i]) + (shareLanes * newestLanes[i]);
        }

        for (int i = Covered<float>(lanes); i < values.Length; i++)
        {
            values[i] = (kept * values[i]) + (share * newest[i]);
        }
    }

    /// <summary>Whether no value is infinite or NaN.</summary>
    /// <param name="values">The values.</param>
    public static bool IsFinite(ReadOnlySpan<float> values)
    {
        ReadOnlySpan<Vector256<float>> lanes = Lanes(values);
        Vector256<float> infinity = Vector256.Create(float.PositiveInfinity);
        Vector256<float> finite = Vector256<float>.AllBitsSet;
        for (int i = 0; i < lanes.Length; i++)
        {
            // False for NaN as well.
            finite &= Vector256.LessThan(Vector256.Abs(lanes[i]), infinity);
        }

        bool all = finite.AsUInt32() == Vector256<uint>.AllBitsSet;
        for (int i = Covered(lanes); i < values.Length; i++)
        {
            all &= float.IsFinite(values[i]);
        }

        return all;
    }

    /// <summary>The whole groups of eight; none where the processor has no such lanes and plain loops are faster.</summary>
    private static ReadOnlySpan<Vector256<float>> Lanes(ReadOnlySpan<float> values)
        => Vector256.IsHardwareAccelerated ? MemoryMarshal.Cast<float, Vector256<float>>(values) : [];

    private static Span<Vector256<float>> Lanes(Span<float> values)
        => Vector256.IsHardwareAccelerated ? MemoryMarshal.Cast<float, Vector256<float>>(values) : [];

    private static int Covered<T>(ReadOnlySpan<Vector256<T>> lanes) => lanes.Length * Vector256<T>.Count;

    private static void Expect(int expected, int got)
    {
        if (expected != got)
        {
            throw new ArgumentException($"flat vectors: expected equal lengths, got {expected} and {got}");
        }
    }
}
