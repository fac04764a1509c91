using CsCheck;
using S2M.Numerics.Randomness;
using S2M.Numerics.Statistics;

namespace S2M.Numerics.Tests.Statistics;

public sealed class AdjustedRandIndexTests
{
    private const double Tolerance = 1e-12;
    private static readonly Gen<(int, int)[]> Groupings = Gen.Select(Gen.Int[0, 4], Gen.Int[-1, 3]).Array[2, 25];

    // Counted pair by pair: together in both, in one only, in none (the form of Hubert and Arabie's a, b, c, d).
    [Fact]
    public void Of_AnyGroupings_IsTheCountOfPairs()
        => Groupings.Sample(items =>
        {
            double a = 0, b = 0, c = 0, d = 0;
            for (int i = 0; i < items.Length; i++)
            {
                for (int j = 0; j < i; j++)
                {
                    bool first = items[i].Item1 == items[j].Item1;
                    bool second = items[i].Item2 == items[j].Item2;
                    a += first && second ? 1 : 0;
                    b += first && !second ? 1 : 0;
                    c += !first && second ? 1 : 0;
                    d += !first && !second ? 1 : 0;
                }
            }

            double under = ((a + b) * (b + d)) + ((a + c) * (c + d));
            Of(items).ShouldBe(under == 0 ? 1 : 2 * ((a * d) - (b * c)) / under, Tolerance);
        });

    [Fact]
    public void Of_NamesAndOrder_DoNotMatter()
        => Gen.Select(Groupings, Gen.ULong).Sample((items, seed) =>
        {
            (int, int)[] shuffled = [.. items.Select(item => (item.Item2 + 100, -item.Item1))];
            new PhiloxRandom(seed, 1).Shuffle<(int, int)>(shuffled);
            Of(shuffled).ShouldBe(Of(items), Tolerance);
            AdjustedRandIndex.Of([.. items.Select(item => item.Item1)], [.. items.Select(item => 7 - item.Item1)]).ShouldBe(1, Tolerance);
        });

    [Fact]
    public void Of_RandomGroupings_IsZeroOnAverage()
    {
        var random = new PhiloxRandom(5, 1);
        double sum = 0;
        for (int draw = 0; draw < 4000; draw++)
        {
            int[] second = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2];
            random.Shuffle<int>(second);
            sum += AdjustedRandIndex.Of([0, 0, 0, 0, 1, 1, 1, 2, 2, 2], second);
        }

        // A single index spreads by about 0.2: four standard errors of the mean are 0.013.
        (sum / 4000).ShouldBe(0, 0.013);
    }

    [Theory]
    [InlineData("0 0 0", "5 5 5", 1)]
    [InlineData("0 1 2", "7 8 9", 1)]
    [InlineData("0", "3", 1)]
    [InlineData("0 0 0", "0 1 2", 0)]
    [InlineData("0 0 0 0", "0 0 1 1", 0)]
    [InlineData("0 0 1 1", "0 1 0 1", -0.5)]
    [InlineData("0 0 1 1", "0 0 1 2", 4.0 / 7)]
    public void Of_SmallGroupings_IsKnown(string first, string second, double expected)
        => AdjustedRandIndex.Of([.. first.Split(' ').Select(int.Parse)], [.. second.Split(' ').Select(int.Parse)]).ShouldBe(expected, Tolerance);

    [Fact]
    public void Of_OtherLengthsOrNothing_IsRefused()
    {
        Should.Throw<ArgumentException>(() => AdjustedRandIndex.Of([1, 2], [1])).Message.ShouldContain("got 2 and 1");
        Should.Throw<ArgumentException>(() => AdjustedRandIndex.Of([], []));
    }

    private static double Of((int, int)[] items) => AdjustedRandIndex.Of([.. items.Select(item => item.Item1)], [.. items.Select(item => item.Item2)]);
}
