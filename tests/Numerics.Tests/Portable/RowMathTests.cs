using S2M.Numerics.Portable;
using S2M.Numerics.Randomness;

namespace S2M.Numerics.Tests.Portable;

/// <summary>Vectorized sums over rows against plain loops, for lengths with and without a rest.</summary>
public sealed class RowMathTests
{
    private const double Tolerance = 1e-12;

    public static TheoryData<int> Lengths => [0, 1, 3, 4, 5, 8, 31, 64, 130];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Dot_AndAddScaled_AreThePlainSums(int length)
    {
        (double[] left, double[] right) = (Normals(length, 1), Normals(length, 2));

        RowMath.Dot(left, right).ShouldBe(left.Zip(right, (a, b) => a * b).Sum(), Tolerance);
        double[] target = [.. right];
        RowMath.AddScaled(-1.5, left, target);
        target.ShouldBe(left.Zip(right, (a, b) => b - (1.5 * a)), Tolerance);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void SubtractFour_RowsApart_SubtractsEach(int length)
    {
        int stride = length + 2;
        (double[] factors, double[] rows, double[] target) = (Normals(4, 1), Normals((3 * stride) + length, 2), Normals(length, 3));
        double[] expected = [.. target.Select((value, d) => value - factors.Select((factor, row) => factor * rows[(row * stride) + d]).Sum())];

        RowMath.SubtractFour(factors, rows, stride, target);

        target.ShouldBe(expected, Tolerance);
        Should.Throw<ArgumentOutOfRangeException>(() => RowMath.SubtractFour(factors, rows.AsSpan(1), stride, target));
        Should.Throw<ArgumentOutOfRangeException>(() => RowMath.SubtractFour(factors.AsSpan(1), rows, stride, target));
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(1, 4)]
    [InlineData(2, 8)]
    [InlineData(5, 12)]
    [InlineData(6, 4)]
    [InlineData(7, 64)]
    [InlineData(50, 64)]
    public void AddProductsOfRows_UpperTriangle_IsAddedTo(int count, int width)
    {
        double[] rows = Normals(count * width, 4);
        double[] target = Normals(count * count, 5);
        double[] before = [.. target];

        RowMath.AddProductsOfRows(rows, width, target);

        for (int i = 0; i < count; i++)
        {
            for (int m = i; m < count; m++)
            {
                double product = Enumerable.Range(0, width).Sum(w => rows[(i * width) + w] * rows[(m * width) + w]);
                target[(i * count) + m].ShouldBe(before[(i * count) + m] + product, Tolerance);
            }
        }
    }

    [Fact]
    public void AddProductsOfRows_LengthsThatDoNotFit_AreRefused()
    {
        Should.Throw<ArgumentException>(() => RowMath.AddProductsOfRows(new double[12], 6, new double[4])).Message.ShouldContain("multiple of 4");
        Should.Throw<ArgumentException>(() => RowMath.AddProductsOfRows(new double[12], 4, new double[8]));
        Should.Throw<ArgumentException>(() => RowMath.AddProductsOfRows(new double[4], 0, new double[1]));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Deviations_AnyLength_AreThePlainFormulas(int length)
    {
        (double[] x, double[] mean, double[] a, double[] b) = (Normals(length, 1), Normals(length, 2), Normals(length, 3), Normals(length, 4));
        double[] deviation = [.. x.Zip(mean, (value, center) => value - center)];
        double[] target = new double[length];

        DeviationMath.Scale(x, mean, a, target);
        target.ShouldBe(deviation.Zip(a, (d, scale) => d * scale), Tolerance);
        DeviationMath.ScaleSquares(x, mean, a, -0.5, target);
        target.ShouldBe(deviation.Zip(a, (d, scale) => (d * d * scale) - 0.5), Tolerance);

        double[] squares = [.. b];
        DeviationMath.AddSquares(2.5, x, mean, squares);
        squares.ShouldBe(deviation.Zip(b, (d, before) => before + (2.5 * d * d)), Tolerance);

        (double[] first, double[] second) = ([.. a], [.. b]);
        DeviationMath.AddMoments(-2, x, mean, first, second);
        first.ShouldBe(deviation.Zip(a, (d, before) => before - (2 * d)), Tolerance);
        second.ShouldBe(deviation.Zip(b, (d, before) => before - (2 * d * d)), Tolerance);

        DeviationMath.Evaluate(x, mean, a, b).ShouldBe(deviation.Select((d, at) => (d * a[at]) + (d * d * b[at])).Sum(), Tolerance);

        double[] line = [.. x];
        DeviationMath.AddLine(3, x, mean, a, b, line);
        line.ShouldBe(deviation.Select((d, at) => x[at] + (3 * (a[at] + (b[at] * d)))), Tolerance);
    }

    [Fact]
    public void Deviations_LengthsThatDiffer_AreRefused()
    {
        (double[] four, double[] five) = (new double[4], new double[5]);

        Should.Throw<ArgumentOutOfRangeException>(() => DeviationMath.Scale(five, five, four, five));
        Should.Throw<ArgumentOutOfRangeException>(() => DeviationMath.ScaleSquares(five, four, five, 0, five));
        Should.Throw<ArgumentOutOfRangeException>(() => DeviationMath.AddSquares(1, five, five, four));
        Should.Throw<ArgumentOutOfRangeException>(() => DeviationMath.AddMoments(1, five, five, five, four));
        Should.Throw<ArgumentOutOfRangeException>(() => DeviationMath.Evaluate(five, five, four, five));
        Should.Throw<ArgumentOutOfRangeException>(() => DeviationMath.AddLine(1, five, five, five, five, four));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(511)]
    [InlineData(513)]
    [InlineData(4099)]
    public void LogarithmSums_PositiveNumbers_AreTheSumOfTheirLogarithms(int length)
    {
        double[] values = [.. Normals(length, 6).Select(value => Math.Exp(20 * value))];

        double sum = LogarithmSums.Of(values);

        sum.ShouldBe(values.Sum(Math.Log), 1e-13 * (1 + values.Sum(value => Math.Abs(Math.Log(value)))));
    }

    [Theory]
    [InlineData(0, double.NegativeInfinity)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity)]
    [InlineData(double.NaN, double.NaN)]
    [InlineData(-1, double.NaN)]
    [InlineData(5e-324, -744.44007192138122)]
    public void LogarithmSums_UnusualNumber_CountsAsItsLogarithmDoes(double value, double expected)
    {
        double[] values = [1, 2, value, 4, 8];
        double log = Math.Log(64);

        double sum = LogarithmSums.Of(values);

        if (double.IsFinite(expected))
        {
            sum.ShouldBe(expected + log, 1e-11);
        }
        else
        {
            sum.ShouldBe(expected);
        }
    }

    private static double[] Normals(int count, ulong seed)
    {
        var random = new PhiloxRandom(seed, 77);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextNormal())];
    }
}
