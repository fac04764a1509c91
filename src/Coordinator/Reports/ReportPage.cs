using S2M.Coordinator.Evaluation;
using S2M.Specification;

namespace S2M.Coordinator.Reports;

/// <summary>The report of a run as one page that needs nothing else: no script, no network, pictures inside.</summary>
internal static class ReportPage
{
    private const string StyleSheet = "report.css";

    /// <summary>Writes the page.</summary>
    /// <param name="content">What it shows.</param>
    internal static string Write(ReportContent content) => Markup.Of($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{content.Run.Name}: S2M.Distributed report</title>
        <style>{new Markup(Style())}</style>
        </head>
        <body>
        <header>
        <p class="soft">S2M.Distributed report</p>
        <h1>{content.Run.Name}</h1>
        <p class="soft">{Describe(content.Specification, content.Run)}</p>
        <p class="soft">parameters <code>{content.Run.ParametersHash}</code></p>
        {Tiles(content.Run.Evaluations)}
        </header>
        <main>
        {ResultsSection.Write(content.Run.Evaluations)}
        {RetrievalSection.Write(content.Run.Retrievals)}
        {SetsSection.Write(content.Run.Sets)}
        <section aria-labelledby="curve"><h2 id="curve">Training</h2>{LearningCurve.Draw(content.Run.History)}</section>
        {EpisodesSection.Write(content.Episodes)}
        {FactsSection.Write(content)}
        </main>
        </body>
        </html>

        """).Text;

    private static string Describe(JobSpecification job, RunReport run)
    {
        string loss = job.Loss.Kind == LossKind.NWay ? "n-way cross-entropy" : $"histogram loss ({job.Loss.Variant.ToString().ToLowerInvariant()}, {job.Loss.Bins} bins)";
        return $"{job.Network.Head.Title()} on {job.Network.Embedding}, {loss}, {job.Training.Steps} steps of {job.Training.EpisodesPerStep} episodes, data set {job.Data.Name}; "
            + $"{job.Split.Train} training, {job.Split.Validation} validation, {job.Split.Test} test classes; seed {run.Seeds["training"]}";
    }

    /// <summary>The job's own figures, large.</summary>
    private static Markup Tiles(IReadOnlyList<EvaluationResult> results) => Markup.Of(
        $"<ul class=\"tiles\" aria-label=\"the job's head on {results[0].Phase} classes\">{Markup.Join(OwnOf(results).Select(Tile))}</ul>");

    private static IEnumerable<EvaluationResult> OwnOf(IReadOnlyList<EvaluationResult> results) => results.Where(result => result.Head == results[0].Head);

    private static Markup Tile(EvaluationResult result) => Markup.Of(
        $"""
        <li><span class="soft">{result.Ways}-way {result.Shots}-shot</span><strong>{100 * result.Accuracy:F1} %</strong>
        <span class="soft">± {50 * (result.Episodes95.High - result.Episodes95.Low):F1}</span></li>
        """);

    private static string Style()
    {
        using Stream stream = typeof(ReportPage).Assembly.GetManifestResourceStream(StyleSheet)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
