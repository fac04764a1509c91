using S2M.Numerics.Randomness;
using S2M.Numerics.Statistics;

namespace S2M.Numerics.Tests.Statistics;

public sealed class ClassBootstrapTests
{
    [Fact]
    public void Interval_ClassesAllAlike_HasNoWidth()
        => ClassBootstrap.Interval([.. Enumerable.Range(0, 10).Select(index => new ClassTally(index, 3, 4))], 1).ShouldBe(new Interval(0.75, 0.75, 0.75));

    [Fact]
    public void Interval_TwoClasses_IsTheBinomialOfTheDraws()
        => ClassBootstrap.Interval([new(0, 0, 10), new(1, 10, 10)], 1).ShouldBe(new Interval(0.5, 0, 1));

    [Fact]
    public void Interval_UnequalCounts_PoolsThem() => ClassBootstrap.Interval([new(0, 1, 1), new(1, 0, 3)], 1).Mean.ShouldBe(0.25);

    [Fact]
    public void Interval_SameSeed_IsTheSame()
    {
        ClassTally[] tallies = Tallies(new PhiloxRandom(3, 1), 30);

        ClassBootstrap.Interval(tallies, 7).ShouldBe(ClassBootstrap.Interval(tallies, 7));
        ClassBootstrap.Interval(tallies, 8).ShouldNotBe(ClassBootstrap.Interval(tallies, 7));
    }

    [Fact]
    public void Interval_ManySamplesOfClasses_CoversTheTruthAsOftenAsItSays()
    {
        int covered = 0;
        for (uint trial = 0; trial < 400; trial++)
        {
            Interval interval = ClassBootstrap.Interval(Tallies(new PhiloxRandom(4, 1, trial), 60), trial, 400);
            covered += interval.Low <= 0.5 && interval.High >= 0.5 ? 1 : 0;
        }

        covered.ShouldBeInRange(364, 396);
    }

    [Fact]
    public void Interval_NothingToResample_IsRefused()
    {
        Should.Throw<ArgumentException>(() => ClassBootstrap.Interval([], 1)).Message.ShouldContain("at least 1 class");
        Should.Throw<ArgumentException>(() => ClassBootstrap.Interval([new(0, 1, 1)], 1, 99)).Message.ShouldContain("100 resamples");
        Should.Throw<ArgumentException>(() => ClassBootstrap.Interval([new(4, 0, 0)], 1)).Message.ShouldContain("class 4: expected at least 1 value, got 0");
    }

    /// <summary>Each class has a rate of its own, uniform on 0 to 1.</summary>
    private static ClassTally[] Tallies(PhiloxRandom random, int classes)
        => [.. Enumerable.Range(0, classes).Select(index => new ClassTally(index, 20 * random.NextDouble(), 20))];
}
