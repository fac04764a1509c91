using System.Globalization;
using S2M.Coordinator.Training;

namespace S2M.Coordinator.Reports;

/// <summary>Loss above, accuracy with the validations below, over the steps: one inline SVG.</summary>
internal static class LearningCurve
{
    private const double Left = 64;
    private const double Right = 772;
    private const double LossTop = 30;
    private const double LossBottom = 230;
    private const double AccuracyTop = 276;
    private const double AccuracyBottom = 396;
    private const int MostPoints = 360;
    private const int MostLabels = 8;

    /// <summary>Draws the figure.</summary>
    /// <param name="history">What happened.</param>
    internal static Markup Draw(TrainingHistory history)
    {
        // A step whose episodes were all absent has no loss: one NaN would take its whole bucket and both axes with it.
        StepRecord[] made = [.. history.Steps.Where(step => double.IsFinite(step.Loss) && double.IsFinite(step.Accuracy))];
        if (made.Length == 0)
        {
            return Markup.Of($"<p>{(history.Steps.Count == 0 ? "No step was made." : "No step had an episode that was present.")}</p>");
        }

        StepRecord[] steps = [.. made.Chunk(BucketOf(made)).Select(MeanOf)];
        int last = history.Steps[^1].Step;
        Axis across = Axis.Linear(0, last, Left, Right, 8);
        Axis loss = Axis.Fitting(steps.Min(step => step.Loss), steps.Max(step => step.Loss), LossBottom, LossTop);
        double lowest = steps.Select(step => step.Accuracy).Concat(history.Validations.Select(validation => validation.Accuracy)).Min();
        Axis accuracy = Axis.Linear(lowest, 1, AccuracyBottom, AccuracyTop, 4);
        string scale = loss.IsLogarithmic ? "logarithmic scale" : "linear scale";
        return Markup.Of($"""
            <figure>
            <svg viewBox="0 0 800 440" role="img" aria-labelledby="curve-title curve-text">
            <title id="curve-title">Loss and accuracy over {last} steps</title>
            <desc id="curve-text">{Describe(made, history.Validations)}</desc>
            {Rules(loss, Left, Right)}{Rules(accuracy, Left, Right)}{Steps(across)}
            <text class="name" x="{Left}" y="{LossTop - 12}">loss, {scale}</text>
            <text class="name" x="{Left}" y="{AccuracyTop - 12}">accuracy</text>
            <text class="name" x="{(Left + Right) / 2}" y="434" text-anchor="middle">step</text>
            {Line("raw", steps, step => across.At(step.Step), step => loss.At(step.Loss))}
            {Line("mean", Smooth(steps), step => across.At(step.Step), step => loss.At(step.Loss))}
            {Line("raw", steps, step => across.At(step.Step), step => accuracy.At(step.Accuracy))}
            {Validations(history.Validations, across, accuracy)}
            </svg>
            <figcaption><span class="key raw"></span>training {Bucket(made)} <span class="key mean"></span>running mean of the loss
            <span class="key dot"></span>validation accuracy, classes that training never saw</figcaption>
            </figure>
            """);
    }

    private static StepRecord MeanOf(StepRecord[] bucket)
        => new(bucket[^1].Step, bucket.Average(step => step.Loss), bucket.Average(step => step.Accuracy), bucket[^1].LearningRate);

    private static StepRecord[] Smooth(StepRecord[] steps)
    {
        int reach = steps.Length / 25;
        return [.. steps.Select((step, index) => step with
        {
            Loss = steps[Math.Max(0, index - reach)..Math.Min(steps.Length, index + reach + 1)].Average(near => near.Loss),
        })];
    }

    private static int BucketOf(StepRecord[] made) => 1 + ((made.Length - 1) / MostPoints);

    private static string Bucket(StepRecord[] made) => BucketOf(made) > 1 ? $"(means of {BucketOf(made)} steps)" : "(every step)";

    private static string Describe(StepRecord[] made, IReadOnlyList<ValidationRecord> validations)
    {
        StepRecord first = made[0];
        StepRecord last = made[^1];
        string training = $"The loss goes from {Show(first.Loss)} at step {first.Step} to {Show(last.Loss)} at step {last.Step}.";
        return validations.Count == 0
            ? training
            : $"{training} Validation accuracy: {string.Join(", ", validations.Select(validation => $"{Show(validation.Accuracy)} at step {validation.Step}"))}.";
    }

    private static Markup Rules(Axis axis, double left, double right) => Markup.Join(axis.Ticks.Select(tick => Markup.Of(
        $"""
        <line class="rule" x1="{left}" x2="{right}" y1="{axis.At(tick):F1}" y2="{axis.At(tick):F1}"/>
        <text x="{left - 8}" y="{axis.At(tick) + 4:F1}" text-anchor="end">{tick:0.#####}</text>
        """)));

    private static Markup Steps(Axis axis) => Markup.Join(axis.Ticks.Where(tick => tick == Math.Floor(tick)).Select(tick => Markup.Of(
        $"""
        <line class="tick" x1="{axis.At(tick):F1}" x2="{axis.At(tick):F1}" y1="{AccuracyBottom}" y2="{AccuracyBottom + 5}"/>
        <text x="{axis.At(tick):F1}" y="{AccuracyBottom + 20}" text-anchor="middle">{tick:0}</text>
        """)));

    private static Markup Line(string name, StepRecord[] steps, Func<StepRecord, double> x, Func<StepRecord, double> y)
    {
        IEnumerable<string> points = steps.Select(step => string.Create(CultureInfo.InvariantCulture, $"{x(step):F1},{y(step):F1}"));
        return Markup.Of($"<polyline class=\"{name}\" points=\"{string.Join(' ', points)}\"/>");
    }

    private static Markup Validations(IReadOnlyList<ValidationRecord> validations, Axis across, Axis accuracy)
        => Markup.Join(validations.Select((validation, index) => Markup.Of(
            $"""
            <circle class="dot" cx="{across.At(validation.Step):F1}" cy="{accuracy.At(validation.Accuracy):F1}" r="4.5">
            <title>step {validation.Step}: {validation.Accuracy:F4}</title></circle>{Label(validations, index, across, accuracy)}
            """)));

    private static Markup Label(IReadOnlyList<ValidationRecord> validations, int index, Axis across, Axis accuracy)
    {
        ValidationRecord validation = validations[index];
        double point = accuracy.At(validation.Accuracy);
        double x = across.At(validation.Step);
        string anchor = x > Right - 30 ? "end" : "middle";
        double baseline = point > AccuracyBottom - 26 ? point - 9 : point + 19;
        return validations.Count > MostLabels && index < validations.Count - 1
            ? Markup.Empty
            : Markup.Of($"<text class=\"value\" x=\"{Math.Min(x, Right - 4):F1}\" y=\"{baseline:F1}\" text-anchor=\"{anchor}\">{validation.Accuracy:F3}</text>");
    }

    private static string Show(double value) => value.ToString("F4", CultureInfo.InvariantCulture);
}
