namespace S2M.Numerics.Portable;

/// <summary>
/// Transcendental functions with the same bits on every machine: exact range reduction, then a polynomial in a written order of + - * / and
/// exact fused multiply-add. The C library's own functions differ between machines in the last bit. Errors of Exp, Log, Sin and Cos are below 2 units
/// in the last place.
/// </summary>
public static class PortableMath
{
    private const double LogTwoHigh = 6.93147180369123816490e-01;
    private const double LogTwoLow = 1.90821492927058770002e-10;
    private const double InverseLogTwo = 1.44269504088896338700;
    private const double HalfPiHigh = 1.57079632679489655800;
    private const double HalfPiMiddle = 6.12323399573676603587e-17;
    private const double HalfPiLow = -1.49738490485916983693e-33;
    private const double LargestAngle = 1 << 20;
    private const double SquareRootOfTwo = 1.41421356237309504880;

    // 1 / n! for n = 14 down to 0.
    private static readonly double[] ExpSeries = InverseFactorials(14);

    // 2 / (2 n + 1) for n = 12 down to 1: the series of 2 artanh(s) behind its first term.
    private static readonly double[] LogSeries = [.. Enumerable.Range(1, 12).Reverse().Select(n => 2.0 / ((2 * n) + 1))];
    private static readonly double[] SinSeries = [.. Enumerable.Range(1, 9).Reverse().Select(n => Signed(n) / Factorial((2 * n) + 1))];
    private static readonly double[] CosSeries = [.. Enumerable.Range(1, 9).Reverse().Select(n => Signed(n) / Factorial(2 * n))];

    /// <summary>e to the power <paramref name="x"/>; 0 below -745.2, infinity above 709.79.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x) || x > 709.79)
        {
            return x + double.PositiveInfinity;
        }

        if (x < -745.2)
        {
            return 0;
        }

        double count = Math.Round(x * InverseLogTwo, MidpointRounding.ToEven);
        double fraction = Math.FusedMultiplyAdd(-count, LogTwoLow, Math.FusedMultiplyAdd(-count, LogTwoHigh, x));
        return Scale(Horner(ExpSeries, fraction), (int)count);
    }

    /// <summary>Natural logarithm; minus infinity at 0, NaN below.</summary>
    public static double Log(double x)
    {
        if (double.IsNaN(x) || x < 0)
        {
            return double.NaN;
        }

        if (x == 0)
        {
            return double.NegativeInfinity;
        }

        if (double.IsPositiveInfinity(x))
        {
            return x;
        }

        int exponent = 0;
        if (!double.IsNormal(x))
        {
            x *= 1UL << 54;
            exponent = -54;
        }

        long bits = BitConverter.DoubleToInt64Bits(x);
        exponent += (int)(bits >> 52) - 1023;
        double mantissa = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFFL) | 0x3FF0000000000000L);
        if (mantissa > SquareRootOfTwo)
        {
            mantissa /= 2;
            exponent++;
        }

        // log m = 2 artanh s = f - s (f - tail), where f = m - 1 is exact: the rounding of s reaches only the small part.
        double f = mantissa - 1;
        double s = f / (2 + f);
        double square = s * s;
        double tail = square * Horner(LogSeries, square);
        double half = f * f / 2;
        double correction = Math.FusedMultiplyAdd(s, half + tail, exponent * LogTwoLow);
        return Math.FusedMultiplyAdd(exponent, LogTwoHigh, f - (half - correction));
    }

    /// <summary><paramref name="x"/> to the power <paramref name="y"/> as exp(y log x); x at least 0. The relative error grows with |y log x|: about that times 2e-16.</summary>
    public static double Pow(double x, double y) => y == 0 ? 1 : Exp(y * Log(x));

    /// <summary>Sine of an angle in radians, at most 2^20 in size; NaN beyond.</summary>
    public static double Sin(double x)
    {
        if (x == 0)
        {
            // Keeps the sign of zero.
            return x;
        }

        (int quadrant, double angle) = Reduce(x);
        double value = (quadrant & 1) == 0 ? SmallSin(angle) : SmallCos(angle);
        return (quadrant & 2) == 0 ? value : -value;
    }

    /// <summary>Cosine of an angle in radians, at most 2^20 in size; NaN beyond.</summary>
    public static double Cos(double x)
    {
        (int quadrant, double angle) = Reduce(x);
        double value = (quadrant & 1) == 0 ? SmallCos(angle) : SmallSin(angle);
        return ((quadrant + 1) & 2) == 0 ? value : -value;
    }

    private static (int Quadrant, double Angle) Reduce(double x)
    {
        if (!(Math.Abs(x) <= LargestAngle))
        {
            return (0, double.NaN);
        }

        double count = Math.Round(x / HalfPiHigh, MidpointRounding.ToEven);
        double angle = Math.FusedMultiplyAdd(-count, HalfPiHigh, x);
        angle = Math.FusedMultiplyAdd(-count, HalfPiMiddle, angle);
        return ((int)((long)count & 3), Math.FusedMultiplyAdd(-count, HalfPiLow, angle));
    }

    private static double SmallSin(double x)
    {
        double square = x * x;
        return Math.FusedMultiplyAdd(x * square, Horner(SinSeries, square), x);
    }

    private static double SmallCos(double x)
    {
        double square = x * x;
        return Math.FusedMultiplyAdd(square, Horner(CosSeries, square), 1);
    }

    private static double Horner(double[] coefficients, double x)
    {
        double sum = 0;
        foreach (double coefficient in coefficients)
        {
            sum = Math.FusedMultiplyAdd(sum, x, coefficient);
        }

        return sum;
    }

    /// <summary>value x 2^power, in two exact factors so that subnormal results round once.</summary>
    private static double Scale(double value, int power)
    {
        int half = power / 2;
        return value * PowerOfTwo(half) * PowerOfTwo(power - half);
    }

    private static double PowerOfTwo(int power) => BitConverter.Int64BitsToDouble((power + 1023L) << 52);

    private static double Signed(int n) => (n & 1) == 0 ? 1 : -1;

    private static double[] InverseFactorials(int highest) => [.. Enumerable.Range(0, highest + 1).Reverse().Select(n => 1 / Factorial(n))];

    private static double Factorial(int n)
    {
        double product = 1;
        for (int factor = 2; factor <= n; factor++)
        {
            product *= factor;
        }

        return product;
    }
}
