using S2M.Coordinator.Training;

namespace S2M.Coordinator.Tests.Training;

/// <summary>What a user is told of a job's mixtures.</summary>
public sealed class FitHistoryTests
{
    private static readonly FitHistory None = new(1000, 1500, 0, 0, 0, 0, 0, 0);

    [Theory]
    [InlineData(250, false)]
    [InlineData(251, true)]
    public void HasManyCollapsed_MoreThanAQuarter_IsWorthAWarning(long collapsed, bool isMany) => (None with { Collapsed = collapsed }).HasManyCollapsed.ShouldBe(isMany);

    [Theory]
    [InlineData(10, false)]
    [InlineData(11, true)]
    public void HasManyLimits_MoreThanAHundredth_IsWorthAWarning(long limits, bool isMany) => (None with { IterationLimits = limits }).HasManyLimits.ShouldBe(isMany);

    [Fact]
    public void Summary_SaysHowFitsEndedAndWhatChecksGave()
    {
        (None with { Collapsed = 7, IterationLimits = 3 }).Summary.ShouldBe("mixtures: 1000 fits of 1.50 components each, 7 lost a component, 3 without a gradient");
        (None with { GradientChecks = 360, FailedGradientChecks = 1 }).Summary.ShouldEndWith("0 without a gradient; gradients checked 360, wrong 1");
    }
}
