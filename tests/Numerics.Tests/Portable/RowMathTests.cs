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

    private static double[] Normals(int count, ulong seed)
    {
        var random = new PhiloxRandom(seed, 77);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextNormal())];
    }
}
