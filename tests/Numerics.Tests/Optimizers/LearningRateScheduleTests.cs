using S2M.Numerics.Optimizers;

namespace S2M.Numerics.Tests.Optimizers;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void At_WarmUp_RisesLinearlyToTheRate()
    {
        var schedule = new LearningRateSchedule(0.5, 4, 100, cosine: true);

        Enumerable.Range(0, 5).Select(schedule.At).ShouldBe([0.125, 0.25, 0.375, 0.5, 0.5]);
    }

    [Fact]
    public void At_CosineDecay_FallsToNearZeroAndNeverRises()
    {
        var schedule = new LearningRateSchedule(1, 10, 200, cosine: true);
        double[] rates = [.. Enumerable.Range(9, 191).Select(schedule.At)];

        rates.Zip(rates.Skip(1)).ShouldAllBe(pair => pair.Second <= pair.First);
        schedule.At(105).ShouldBe(0.5, 1e-15);
        rates[^1].ShouldBeInRange(0, 1e-4);
    }

    [Fact]
    public void At_NoDecay_Stays() => new LearningRateSchedule(0.1, 0, 10, cosine: false).At(9).ShouldBe(0.1);

    [Fact]
    public void At_WarmUpAsLongAsTheJob_NeverDividesByZero()
    {
        var schedule = new LearningRateSchedule(1, 10, 10, cosine: true);

        Enumerable.Range(0, 10).Select(schedule.At).ShouldBe(Enumerable.Range(1, 10).Select(step => step / 10.0));
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(-1, 0, 1)]
    [InlineData(1, -1, 1)]
    [InlineData(1, 0, 0)]
    public void Constructor_NumbersOutOfRange_AreRefused(double rate, int warmUp, int total)
        => Should.Throw<ArgumentOutOfRangeException>(() => new LearningRateSchedule(rate, warmUp, total, cosine: true));
}
