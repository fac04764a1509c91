using S2M.Numerics.Portable;
using S2M.Numerics.Randomness;

namespace S2M.Numerics.Tests.Portable;

/// <summary>Sums of logarithms against one logarithm after the other.</summary>
public sealed class LogarithmSumsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(511)]
    [InlineData(513)]
    [InlineData(4099)]
    public void Of_PositiveNumbers_AreTheSumOfTheirLogarithms(int length)
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
    public void Of_UnusualNumber_CountsAsItsLogarithmDoes(double value, double expected)
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
