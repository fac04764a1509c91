using CsCheck;
using S2M.Numerics.Randomness;
using S2M.Numerics.Statistics;

namespace S2M.Numerics.Tests.Statistics;

public sealed class AveragePrecisionTests
{
    private static readonly Reference Numbers = ReferenceFile.Read<Reference>("average_precision.json");

    public static TheoryData<string> Names => [.. Numbers.Cases.Select(example => example.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Of_StoredCase_IsScikitLearn(string name)
    {
        // tests/reference/average_precision.py made the numbers.
        Case example = Numbers.Cases.Single(one => one.Name == name);

        AveragePrecision.Of(example.Scores, example.Relevant).ShouldBe(example.AveragePrecision, 1e-12);
    }

    [Fact]
    public void Of_ItemsInAnyOrder_IsTheSameEvenWithTies()
        => Gen.Select(Gen.Int[0, 4], Gen.Bool).Array[1, 30].Where(items => items.Any(item => item.Item2)).Select(Gen.ULong).Sample((items, seed) =>
        {
            double expected = AveragePrecision.Of([.. items.Select(item => (double)item.Item1)], [.. items.Select(item => item.Item2)]);
            (int Score, bool Relevant)[] shuffled = [.. items];
            new PhiloxRandom(seed, 1).Shuffle<(int, bool)>(shuffled);
            AveragePrecision.Of([.. shuffled.Select(item => (double)item.Score)], [.. shuffled.Select(item => item.Relevant)]).ShouldBe(expected);
            expected.ShouldBeInRange(0, 1);
        });

    [Fact]
    public void Of_InfiniteScores_AreRanked()
        => AveragePrecision.Of([double.NegativeInfinity, 0, double.PositiveInfinity], [true, false, true]).ShouldBe((1 + (2.0 / 3)) / 2, 1e-15);

    [Fact]
    public void Of_ScoreThatIsNoNumber_IsRefused()
        => Should.Throw<ArgumentException>(() => AveragePrecision.Of([0, double.NaN], [true, false])).Message.ShouldContain("got NaN at item 1");

    [Fact]
    public void Of_NothingRelevantOrOtherLengths_IsRefused()
    {
        Should.Throw<ArgumentException>(() => AveragePrecision.Of([1, 2], [false, false])).Message.ShouldContain("at least one relevant item");
        Should.Throw<ArgumentException>(() => AveragePrecision.Of([1, 2], [true]));
    }

    internal sealed record Reference(Case[] Cases);

    internal sealed record Case(string Name, double[] Scores, bool[] Relevant, double AveragePrecision);
}
