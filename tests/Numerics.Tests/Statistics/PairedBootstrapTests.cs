using S2M.Numerics.Randomness;
using S2M.Numerics.Statistics;

namespace S2M.Numerics.Tests.Statistics;

public sealed class PairedBootstrapTests
{
    private const int Queries = 100;

    [Fact]
    public void Difference_SystemsAllAlike_IsZeroHoweverMuchClassesDiffer()
    {
        ClassTally[] tallies = [.. Enumerable.Range(0, 20).Select(index => new ClassTally(index, index, 20))];

        PairedDifference difference = PairedBootstrap.Difference([tallies], [tallies], 1);

        difference.ShouldBe(new PairedDifference(0, 0, 0));
        (difference.IsNotWorse, difference.IsBetter).ShouldBe((true, false));
    }

    [Fact]
    public void Difference_SameGainInEveryClass_HasNoWidthBecauseClassesCancel()
    {
        ClassTally[] second = [.. Enumerable.Range(0, 20).Select(index => new ClassTally(index, index, 64))];
        ClassTally[] first = [.. second.Select(tally => tally with { Sum = tally.Sum + 16 })];

        PairedDifference difference = PairedBootstrap.Difference([first, first], [second, second], 1);

        difference.Mean.ShouldBe(0.25);
        difference.Low.ShouldBe(0.25, 1e-15);
        difference.High.ShouldBe(0.25, 1e-15);
        difference.IsBetter.ShouldBeTrue();
    }

    [Fact]
    public void Difference_TwoClasses_HasTheEndsOfTheFourDraws()
        => PairedBootstrap.Difference([[new(0, 10, 10), new(1, 5, 10)]], [[new(1, 5, 10), new(0, 0, 10)]], 1).ShouldBe(new PairedDifference(0.5, 0, 1));

    [Fact]
    public void Difference_SeedsThatDiffer_WidensTheInterval()
    {
        ClassTally[] low = Constant(20, 40);
        ClassTally[] high = Constant(20, 60);

        PairedDifference difference = PairedBootstrap.Difference([low, high], [Constant(20, 50), Constant(20, 50)], 1);

        // Classes alone would give no width.
        difference.Mean.ShouldBe(0);
        difference.Low.ShouldBe(-0.1, 1e-15);
        difference.High.ShouldBe(0.1, 1e-15);
    }

    [Fact]
    public void Difference_ClassesInAnyOrder_IsTheSame()
    {
        ClassTally[] first = [.. Enumerable.Range(0, 12).Select(index => new ClassTally(index, (index * 7) % 12, 12))];
        ClassTally[] second = [.. Enumerable.Range(0, 12).Select(index => new ClassTally(index, (index * 5) % 12, 12))];

        PairedBootstrap.Difference([[.. first.Reverse()]], [second], 9).ShouldBe(PairedBootstrap.Difference([first], [second], 9));
    }

    [Theory]
    [InlineData(-0.0019, true, false)]
    [InlineData(-0.002, false, false)]
    [InlineData(0.001, true, true)]
    public void IsNotWorse_LowerEnd_DecidesAgainstTheMargin(double low, bool notWorse, bool better)
    {
        var difference = new PairedDifference(0.01, low, 0.02);

        (difference.IsNotWorse, difference.IsBetter).ShouldBe((notWorse, better));
    }

    [Fact]
    public void Difference_ManySamplesOfClasses_CoversTheTruthAsOftenAsItSays()
        => Covered(seeds: 1, seedSpread: 0).ShouldBeInRange(364, 396);

    [Fact]
    public void Difference_ManySamplesOfClassesAndSeeds_CoversTheTruthNearlyAsOftenAsItSays()
        => Covered(seeds: 5, seedSpread: 0.01).ShouldBeInRange(356, 400);

    [Fact]
    public void Share_SystemBetweenFloorAndCeiling_IsItsPartOfTheWay()
    {
        ClassTally[] floor = [.. Enumerable.Range(0, 20).Select(index => new ClassTally(index, index, 64))];
        ClassTally[] system = [.. floor.Select(tally => tally with { Sum = tally.Sum + 12 })];
        ClassTally[] ceiling = [.. floor.Select(tally => tally with { Sum = tally.Sum + 16 })];

        Interval share = PairedBootstrap.Share([system, system], [floor, floor], [ceiling, ceiling], 1)!;

        share.Mean.ShouldBe(0.75);
        share.Low.ShouldBe(0.75, 1e-13);
        share.High.ShouldBe(0.75, 1e-13);
    }

    [Fact]
    public void Share_TwoClasses_HasTheEndsOfTheFourDraws()
        => PairedBootstrap.Share([[new(0, 5, 10), new(1, 10, 10)]], [[new(0, 0, 10), new(1, 0, 10)]], [[new(0, 10, 10), new(1, 10, 10)]], 1).ShouldBe(new Interval(0.75, 0.5, 1));

    [Fact]
    public void Share_CeilingNotAlwaysAboveTheFloor_IsNone()
        => PairedBootstrap.Share([[new(0, 5, 10), new(1, 5, 10)]], [[new(0, 5, 10), new(1, 0, 10)]], [[new(0, 5, 10), new(1, 10, 10)]], 1).ShouldBeNull();

    [Fact]
    public void Share_TalliesThatDoNotPair_AreRefused()
    {
        ClassTally[] two = Constant(2, 1);

        Should.Throw<ArgumentException>(() => PairedBootstrap.Share([two], [two, two], [two], 1)).Message.ShouldContain("got 1, 2, 1 and 2000");
        Should.Throw<ArgumentException>(() => PairedBootstrap.Share([two], [two], [Constant(3, 1)], 1)).Message.ShouldContain("ceiling[0]: expected a tally of each of the 2");
    }

    [Fact]
    public void Difference_TalliesThatDoNotPair_AreRefused()
    {
        ClassTally[] two = Constant(2, 1);

        Should.Throw<ArgumentException>(() => PairedBootstrap.Difference([], [], 1)).Message.ShouldContain("at least 1");
        Should.Throw<ArgumentException>(() => PairedBootstrap.Difference([two], [two, two], 1)).Message.ShouldContain("got 1, 2 and 2000");
        Should.Throw<ArgumentException>(() => PairedBootstrap.Difference([two], [two], 1, 10)).Message.ShouldContain("100 resamples");
        Should.Throw<ArgumentException>(() => PairedBootstrap.Difference([two], [Constant(3, 1)], 1)).Message.ShouldContain("second[0]: expected a tally of each of the 2");
        Should.Throw<ArgumentException>(() => PairedBootstrap.Difference([[two[0], two[0]]], [[two[0], two[0]]], 1)).Message.ShouldContain("distinct");
        Should.Throw<ArgumentException>(() => PairedBootstrap.Difference([[]], [[]], 1)).Message.ShouldContain("at least 1");
        Should.Throw<ArgumentException>(() => PairedBootstrap.Difference([two], [[two[0], two[1] with { Count = 0 }]], 1)).Message.ShouldContain("class 1");
    }

    /// <summary>Trials of 400 in which the interval holds the true difference of 0.05; classes' difficulty is shared and far wider than that.</summary>
    private static int Covered(int seeds, double seedSpread)
    {
        const double Truth = 0.05;
        int covered = 0;
        for (uint trial = 0; trial < 400; trial++)
        {
            var random = new PhiloxRandom(5, 1, trial, (uint)seeds);
            double[] difficulty = [.. Enumerable.Range(0, 50).Select(_ => 0.5 * random.NextDouble())];
            double[] gain = [.. difficulty.Select(_ => Truth + (0.1 * (random.NextDouble() - 0.5)))];
            ClassTally[][] first = new ClassTally[seeds][];
            ClassTally[][] second = new ClassTally[seeds][];
            for (int seed = 0; seed < seeds; seed++)
            {
                double luck = seedSpread * random.NextNormal();
                first[seed] = [.. difficulty.Select((rate, index) => Tally(index, rate + gain[index] + luck, random))];
                second[seed] = [.. difficulty.Select((rate, index) => Tally(index, rate, random))];
            }

            PairedDifference difference = PairedBootstrap.Difference(first, second, trial, 300);
            covered += difference.Low <= Truth && difference.High >= Truth ? 1 : 0;
        }

        return covered;
    }

    private static ClassTally Tally(int index, double rate, PhiloxRandom random)
        => new(index, Queries * (rate + (0.02 * random.NextNormal())), Queries);

    private static ClassTally[] Constant(int classes, int sum) => [.. Enumerable.Range(0, classes).Select(index => new ClassTally(index, sum, Queries))];
}
