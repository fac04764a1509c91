using System.Xml.Linq;
using S2M.Coordinator.Training;
using S2M.Coordinator.Reports;

namespace S2M.Coordinator.Tests.Reports;

public sealed class LearningCurveTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(360)]
    [InlineData(5000)]
    public void Draw_AnyLength_WellFormedAndWithinThePicture(int count)
    {
        StepRecord[] steps = [.. Enumerable.Range(1, count).Select(step => new StepRecord(step, 3.0 / step, 1 - (0.9 / step), 1e-3))];
        XElement figure = XElement.Parse(LearningCurve.Draw(new TrainingHistory(steps, [new ValidationRecord(count, 0.5)], 0, 0, 0)).Text);

        string[] points = [.. figure.Descendants("polyline").SelectMany(line => line.Attribute("points")!.Value.Split(' '))];
        points.Length.ShouldBeLessThanOrEqualTo(3 * 360);
        points.Select(point => double.Parse(point.Split(',')[0])).ShouldAllBe(x => x >= 0 && x <= 800);
        points.Select(point => double.Parse(point.Split(',')[1])).ShouldAllBe(y => y >= 0 && y <= 440);
        figure.Descendants("circle").Count().ShouldBe(1);
    }

    [Fact]
    public void Draw_LossOverDecades_LogarithmicScale()
        => LearningCurve.Draw(new TrainingHistory([new StepRecord(1, 10, 0, 1), new StepRecord(2, 0.01, 1, 1)], [], 0, 0, 0)).Text.ShouldContain("logarithmic scale");

    [Theory]
    [InlineData(3, 1)]
    [InlineData(3, 3)]
    [InlineData(5000, 7)]
    [InlineData(5000, 5000)]
    public void Draw_StepsWithoutAnyEpisode_AreLeftOut(int count, int absent)
    {
        StepRecord[] steps = [.. Enumerable.Range(1, count).Select(
            step => step == absent ? new StepRecord(step, double.NaN, double.NaN, 1e-3) : new StepRecord(step, 2, 0.5, 1e-3))];

        string figure = LearningCurve.Draw(new TrainingHistory(steps, [], 4, 0, 0)).Text;

        figure.ShouldNotContain("NaN");
        XElement.Parse(figure).Descendants("polyline").SelectMany(line => line.Attribute("points")!.Value.Split(' ')).Count().ShouldBe(count == 3 ? 3 * 2 : 3 * 358);
    }

    [Fact]
    public void Draw_EveryStepWithoutEpisodes_SaysSo()
        => LearningCurve.Draw(new TrainingHistory([new StepRecord(1, double.NaN, double.NaN, 1)], [], 2, 0, 0)).Text.ShouldContain("No step had an episode");

    [Fact]
    public void Draw_NoSteps_SaysSo() => LearningCurve.Draw(TrainingHistory.Empty).Text.ShouldContain("No step");

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.37, 2.9)]
    [InlineData(5, 5)]
    [InlineData(-3, 4000)]
    public void Axis_AnyRange_TicksCoverIt(double low, double high)
    {
        Axis axis = Axis.Linear(low, high, 0, 100);

        axis.Ticks[0].ShouldBeLessThanOrEqualTo(low + 1e-9);
        axis.Ticks[^1].ShouldBeGreaterThanOrEqualTo(high - 1e-9);
        axis.Ticks.Count.ShouldBeInRange(2, 12);
        axis.At(axis.Ticks[0]).ShouldBe(0, 1e-9);
        axis.At(axis.Ticks[^1]).ShouldBe(100, 1e-9);
    }
}
