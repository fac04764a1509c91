using S2M.Numerics.Randomness;
using S2M.Numerics.Statistics;

namespace S2M.Numerics.Tests.Statistics;

public sealed class IntervalTests
{
    [Fact]
    public void OfMean_KnownValues_IsTheNormalInterval()
    {
        // Standard deviation sqrt(5 / 3), standard error sqrt(5 / 12).
        Interval interval = Interval.OfMean([1, 2, 3, 4]);

        interval.Mean.ShouldBe(2.5);
        interval.Low.ShouldBe(2.5 - (1.959963984540054 * Math.Sqrt(5.0 / 12)), 1e-15);
        interval.High.ShouldBe(2.5 + (1.959963984540054 * Math.Sqrt(5.0 / 12)), 1e-15);
    }

    [Fact]
    public void OfMean_EqualValues_HasNoWidth() => Interval.OfMean([0.25, 0.25, 0.25]).ShouldBe(new Interval(0.25, 0.25, 0.25));

    [Fact]
    public void OfMean_OneValue_IsRefused() => Should.Throw<ArgumentException>(() => Interval.OfMean([1])).Message.ShouldContain("at least 2");

    [Fact]
    public void OfMean_ManySamples_CoversTheTruthAsOftenAsItSays()
    {
        int covered = 0;
        for (uint trial = 0; trial < 1000; trial++)
        {
            var random = new PhiloxRandom(1, 1, trial);
            Interval interval = Interval.OfMean([.. Enumerable.Range(0, 100).Select(_ => random.NextDouble())]);
            covered += interval.Low <= 0.5 && interval.High >= 0.5 ? 1 : 0;
        }

        covered.ShouldBeInRange(920, 975);
    }
}
