using S2M.Numerics.Portable;
using S2M.Numerics.Randomness;

namespace S2M.Numerics.Tests.Portable;

/// <summary>What is made of deviations against plain formulas, for lengths with and without a rest.</summary>
public sealed class DeviationMathTests
{
    private const double Tolerance = 1e-12;

    public static TheoryData<int> Lengths => [0, 1, 3, 4, 5, 8, 31, 64, 130];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Everything_AnyLength_AreThePlainFormulas(int length)
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
    public void Everything_LengthsThatDiffer_AreRefused()
    {
        (double[] four, double[] five) = (new double[4], new double[5]);

        Should.Throw<ArgumentOutOfRangeException>(() => DeviationMath.Scale(five, five, four, five));
        Should.Throw<ArgumentOutOfRangeException>(() => DeviationMath.ScaleSquares(five, four, five, 0, five));
        Should.Throw<ArgumentOutOfRangeException>(() => DeviationMath.AddSquares(1, five, five, four));
        Should.Throw<ArgumentOutOfRangeException>(() => DeviationMath.AddMoments(1, five, five, five, four));
        Should.Throw<ArgumentOutOfRangeException>(() => DeviationMath.Evaluate(five, five, four, five));
        Should.Throw<ArgumentOutOfRangeException>(() => DeviationMath.AddLine(1, five, five, five, five, four));
    }

    private static double[] Normals(int count, ulong seed)
    {
        var random = new PhiloxRandom(seed, 77);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextNormal())];
    }
}
