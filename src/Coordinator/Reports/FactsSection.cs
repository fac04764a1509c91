using S2M.Coordinator.Evaluation;
using S2M.Coordinator.Training;
using S2M.Specification;

namespace S2M.Coordinator.Reports;

/// <summary>What the run was: hashes, seeds, times, counters, and the whole specification.</summary>
internal static class FactsSection
{
    /// <summary>Writes the section.</summary>
    internal static Markup Write(ReportContent content)
    {
        RunReport run = content.Run;
        return Markup.Of($"""
            <section aria-labelledby="facts"><h2 id="facts">The run</h2>
            <div class="cards">
            {Card("Identity", Identity(run))}
            {Card("Seeds", run.Seeds.Select(seed => (seed.Key, Number(seed.Value))))}
            {Card("Time since the last start", [.. run.Seconds.Select(phase => (phase.Key, Time(phase.Value))), ("total", Time(run.Seconds.Values.Sum()))])}
            {Card("Counters", Counters(run.History))}
            </div>
            <details><summary>Validations</summary><div class="scroll" tabindex="0" role="region" aria-label="Validations">
            <table class="plain-table"><thead><tr><th scope="col">step</th><th scope="col">accuracy</th></tr></thead>
            <tbody>{Markup.Join(run.History.Validations.Select(Validation))}</tbody></table></div></details>
            <details><summary>Resolved specification</summary><pre tabindex="0">{JobText.Write(content.Specification)}</pre></details>
            </section>
            """);
    }

    private static IEnumerable<(string, Markup)> Identity(RunReport run) =>
    [
        ("parameters", Code(run.ParametersHash)),
        ("specification", Code(run.SpecificationHash)),
        ("data", Code(run.DataVersion)),
        ("split", Code(run.SplitHash)),
        ("numeric contract", Text(run.NumericContract)),
    ];

    private static Markup Validation(ValidationRecord validation) => Markup.Of($"<tr><td>{validation.Step}</td><td>{validation.Accuracy:F4}</td></tr>");

    private static Markup Time(double seconds) => Text(Duration.Show(TimeSpan.FromSeconds(seconds)));

    private static IEnumerable<(string, Markup)> Counters(TrainingHistory history) =>
    [
        ("steps", Number(history.Steps.Count)),
        ("absent episodes", Number(history.AbsentEpisodes)),
        ("zero descriptors", Number(history.ZeroDescriptors)),
        ("flat histograms", Number(history.FlatHistograms)),
        .. Fits(history.Fits),
    ];

    private static IEnumerable<(string, Markup)> Fits(FitHistory? fits) => fits is null ? [] :
    [
        ("mixtures fitted", Number(fits.Fits)),
        ("components each", Markup.Of($"{fits.MeanComponents:F2}")),
        ("without gradient", Number(fits.IterationLimits)),
        ("lost a component", Number(fits.Collapsed)),
        ("too few examples", Number(fits.TooFewExamples)),
        ("singular gradients", Number(fits.SingularGradients)),
        ("checked gradients", Number(fits.GradientChecks)),
        ("wrong among them", Number(fits.FailedGradientChecks)),
    ];

    private static Markup Card(string title, IEnumerable<(string Name, Markup Value)> rows) => Markup.Of(
        $"<div class=\"card\"><h3>{title}</h3><dl>{Markup.Join(rows.Select(row => Markup.Of($"<div><dt>{row.Name}</dt><dd>{row.Value}</dd></div>")))}</dl></div>\n");

    private static Markup Code(string text) => Markup.Of($"<code>{text}</code>");

    private static Markup Text(string text) => Markup.Of($"{text}");

    private static Markup Number<T>(T value)
        where T : IFormattable
        => Markup.Of($"{value}");
}
