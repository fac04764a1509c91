namespace S2M.Coordinator.Training;

/// <summary>How the mixtures of all steps were fitted (docs/maths.md, section 6).</summary>
/// <param name="Fits">Fits.</param>
/// <param name="Components">Their components, summed.</param>
/// <param name="IterationLimits">Fits that gave no gradient, since they were not at a fixed point after the last step.</param>
/// <param name="Collapsed">Fits that lost a component.</param>
/// <param name="TooFewExamples">Fits with fewer components than asked for, for want of examples.</param>
/// <param name="SingularGradients">Gradients whose system was singular.</param>
/// <param name="GradientChecks">Gradients that were compared with central differences (<c>training.gradient_check</c>).</param>
/// <param name="FailedGradientChecks">Those that differed.</param>
public sealed record FitHistory(
    long Fits,
    long Components,
    long IterationLimits,
    long Collapsed,
    long TooFewExamples,
    long SingularGradients,
    long GradientChecks,
    long FailedGradientChecks)
{
    // Of all fits; more is worth a warning.
    private const double FewLimits = 0.01;
    private const double FewCollapsed = 0.25;

    /// <summary>Mean components of a fit; NaN before the first.</summary>
    internal double MeanComponents => (double)Components / Fits;

    /// <summary>Whether so many fits gave no gradient that the user is told.</summary>
    internal bool HasManyLimits => IterationLimits > FewLimits * Fits;

    /// <summary>Whether so many fits lost a component, or their background, that the user is told: the job trains another model than its head names.</summary>
    internal bool HasManyCollapsed => Collapsed > FewCollapsed * Fits;

    /// <summary>What a job's log says of them at the end.</summary>
    internal string Summary
        => $"mixtures: {Fits} fits of {MeanComponents:0.00} components each, {Collapsed} lost a component, {IterationLimits} without a gradient"
            + (GradientChecks == 0 ? string.Empty : $"; gradients checked {GradientChecks}, wrong {FailedGradientChecks}");

    /// <summary>The sum of two.</summary>
    internal FitHistory Plus(FitHistory other) => new(
        Fits + other.Fits,
        Components + other.Components,
        IterationLimits + other.IterationLimits,
        Collapsed + other.Collapsed,
        TooFewExamples + other.TooFewExamples,
        SingularGradients + other.SingularGradients,
        GradientChecks + other.GradientChecks,
        FailedGradientChecks + other.FailedGradientChecks);
}
