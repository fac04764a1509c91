using S2M.Coordinator.Evaluation.Sets;

namespace S2M.Coordinator.Reports;

/// <summary>Figures of polysemous and noisy sets.</summary>
internal static class SetsSection
{
    /// <summary>Writes the section; empty where there are none.</summary>
    internal static Markup Write(IReadOnlyList<SetResult> results) => results.Count == 0
        ? Markup.Empty
        : Markup.Of($"""
            <section aria-labelledby="sets"><h2 id="sets">Polysemous and noisy sets</h2>
            <div class="scroll" role="region" aria-label="Sets table" tabindex="0"><table>
            <caption>Mean average precision on {results[0].Phase} classes, {results[0].Episodes} sets a line: a support of {results[0].Support} images ranks clean
            images of its characters before those of others. Skewed supports are divided as 6 : 3 : 1. Every image of noise has a twin among the others. Below a
            figure its 95 % interval over sets; the difference is that of the job's head minus the line on the same sets. The adjusted Rand index compares a
            mixture's components with the true characters.</caption>
            <thead><tr><th scope="col">sets</th><th scope="col">what ranks</th><th scope="col">mean average precision</th>
            <th scope="col">job's head minus this</th><th scope="col">adjusted Rand index</th><th scope="col">components</th></tr></thead>
            <tbody>
            {Markup.Join(results.Select(result => Row(result, result.OwnMinus is null)))}
            </tbody></table></div></section>
            """);

    private static Markup Row(SetResult result, bool own) => Markup.Of($"""
        <tr{new Markup(own ? " class=\"own\"" : string.Empty)}><td>{(own ? KindOf(result) : string.Empty)}</td><th scope="row">{ResultsSection.NameOf(result.Head, own)}</th>
        <td><span class="accuracy">{result.MeanAveragePrecision:F4}</span><span class="interval">{result.Episodes95.Low:F4} to {result.Episodes95.High:F4}</span></td>
        <td>{Difference(result)}</td><td>{(result.AdjustedRandIndex is { } index ? Markup.Of($"{index:F3}") : Markup.Empty)}</td>
        <td>{(result.MeanComponents is { } components ? Markup.Of($"{components:F2}") : Markup.Empty)}</td></tr>

        """);

    private static Markup Difference(SetResult result) => result.OwnMinus is { } difference
        ? Markup.Of($"<span class=\"plain\">{difference.Mean:F4}</span><span class=\"interval\">{difference.Low:F4} to {difference.High:F4}</span>")
        : Markup.Empty;

    private static string KindOf(SetResult result)
    {
        string characters = result.Modes == 1 ? "1 character" : $"{result.Modes} characters, {result.Weights}";
        return result.NoisePercent == 0 ? $"{characters}, no noise" : $"{characters}, {result.NoisePercent} % {result.NoiseKind} noise";
    }
}
