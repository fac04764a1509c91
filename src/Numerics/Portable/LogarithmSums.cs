using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace S2M.Numerics.Portable;

/// <summary>Sums of many logarithms by few: exponents are added, mantissas multiplied, in one fixed order, so that the bits are the same everywhere.</summary>
public static class LogarithmSums
{
    private const int Lanes = 4;

    // A product of so many mantissas, each below 2, is far from the largest number.
    private const int Chunk = 512;
    private const int MantissaBits = 52;
    private const long MantissaMask = (1L << MantissaBits) - 1;
    private const long One = 1023L << MantissaBits;
    private const double SmallestNormal = 2.2250738585072014e-308;
    private const double LogTwo = 0.69314718055994530942;

    /// <summary>sum_d log x_d, with an error of about a tenth of the square root of D units in the last place of the largest part.</summary>
    /// <param name="values">x, each at least 0; what <see cref="PortableMath.Log"/> says of others counts.</param>
    public static double Of(ReadOnlySpan<double> values)
    {
        double sum = 0;
        long exponents = 0;
        for (int from = 0; from < values.Length; from += Chunk)
        {
            ReadOnlySpan<double> chunk = values[from..Math.Min(from + Chunk, values.Length)];
            int whole = chunk.Length - (chunk.Length % Lanes);
            if (Multiply(chunk[..whole], ref exponents) is { } product)
            {
                sum += PortableMath.Log(product);
                chunk = chunk[whole..];
            }

            foreach (double value in chunk)
            {
                sum += PortableMath.Log(value);
            }
        }

        return Math.FusedMultiplyAdd(exponents, LogTwo, sum);
    }

    // The product of mantissas; null where a value is zero, subnormal or not finite, and exponents stay as they are.
    private static double? Multiply(ReadOnlySpan<double> values, ref long exponents)
    {
        ref double first = ref MemoryMarshal.GetReference(values);
        Vector256<double> products = Vector256.Create(1.0);
        Vector256<double> lowest = Vector256.Create(1.0);
        Vector256<double> highest = Vector256.Create(1.0);
        Vector256<long> sums = default;
        for (nuint d = 0; d < (nuint)values.Length; d += Lanes)
        {
            var value = Vector256.LoadUnsafe(ref first, d);
            Vector256<long> bits = value.AsInt64();
            sums += Vector256.ShiftRightLogical(bits, MantissaBits);
            products *= ((bits & Vector256.Create(MantissaMask)) | Vector256.Create(One)).AsDouble();
            lowest = Vector256.Min(lowest, value);
            highest = Vector256.Max(highest, value);
        }

        bool isNormal = Vector256.GreaterThanOrEqualAll(lowest, Vector256.Create(SmallestNormal)) && Vector256.LessThanOrEqualAll(highest, Vector256.Create(double.MaxValue));
        if (!isNormal)
        {
            return null;
        }

        exponents += sums[0] + sums[1] + sums[2] + sums[3] - ((One >> MantissaBits) * values.Length);
        return products[0] * products[1] * (products[2] * products[3]);
    }
}
