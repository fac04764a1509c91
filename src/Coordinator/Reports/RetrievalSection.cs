using S2M.Coordinator.Evaluation;

namespace S2M.Coordinator.Reports;

/// <summary>Mean average precisions: every concept ranks the pictures of all concepts.</summary>
internal static class RetrievalSection
{
    /// <summary>Writes the section; empty where nothing was ranked.</summary>
    internal static Markup Write(IReadOnlyList<RetrievalResult> results) => results.Count == 0
        ? Markup.Empty
        : Markup.Of($"""
            <section aria-labelledby="retrieval"><h2 id="retrieval">Retrieval</h2>
            <div class="scroll" role="region" aria-label="Retrieval table" tabindex="0"><table>
            <caption>Mean average precision on {results[0].Phase} classes: every concept ranks the target images of all concepts of its gallery; the mean of both halves.
            Images whose pixels occur among a concept's own are left out, and a half to which that leaves no target of its own does not rank.</caption>
            <thead><tr><th scope="col">what ranks</th><th scope="col">gallery</th><th scope="col">concepts</th><th scope="col">targets</th>
            <th scope="col">images left out</th><th scope="col">halves left out</th><th scope="col">mean average precision</th></tr></thead>
            <tbody>
            {Markup.Join(results.Select(result => Row(result, result.Head == results[0].Head)))}
            </tbody></table></div></section>
            """);

    private static Markup Row(RetrievalResult result, bool own) => Markup.Of($"""
        <tr{new Markup(own ? " class=\"own\"" : string.Empty)}><th scope="row">{ResultsSection.NameOf(result.Head, own)}</th>
        <td>{result.Gallery}</td><td>{result.Concepts}</td><td>{result.Targets:0.#}</td>
        <td>{result.RemovedDuplicates}</td><td>{result.LeftOutHalves}</td>
        <td><span class="accuracy">{result.MeanAveragePrecision:F4}</span>
        <span class="interval">characters {result.Characters95.Low:F4} to {result.Characters95.High:F4}</span></td></tr>

        """);
}
