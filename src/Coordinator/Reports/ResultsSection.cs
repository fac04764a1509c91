using S2M.Coordinator.Evaluation;
using S2M.Numerics.Statistics;

namespace S2M.Coordinator.Reports;

/// <summary>The table: heads by ways and shots, each accuracy with both intervals.</summary>
internal static class ResultsSection
{
    private const int BarWidth = 100;

    /// <summary>Writes the section.</summary>
    /// <param name="results">The cells, at least one.</param>
    internal static Markup Write(IReadOnlyList<EvaluationResult> results)
    {
        (int Ways, int Shots)[] columns = [.. results.Select(result => (result.Ways, result.Shots)).Distinct()];
        string[] heads = [.. results.Select(result => result.Head).Distinct(StringComparer.Ordinal)];
        return Markup.Of($"""
            <section aria-labelledby="results"><h2 id="results">Results</h2>
            <div class="scroll" role="region" aria-label="Results table" tabindex="0"><table>
            <caption>Accuracy on {results[0].Phase} classes, {results[0].Episodes} episodes a column; below it the 95 % intervals over episodes and over characters
            (classes, their rotations together). The bar runs from 0 to 1: thin line characters, thick line episodes.</caption>
            <thead><tr><th scope="col">what scores</th>
            {Markup.Join(columns.Select(column => Markup.Of($"<th scope=\"col\">{column.Ways}-way {column.Shots}-shot</th>")))}</tr></thead>
            <tbody>
            {Markup.Join(heads.Select((head, index) => Row(head, index == 0, columns.Select(column => CellOf(head, column)))))}
            <tr><th scope="row">chance</th>{Markup.Join(columns.Select(column => Markup.Of($"<td><span class=\"plain\">{1.0 / column.Ways:F4}</span></td>")))}</tr>
            </tbody></table></div></section>
            """);

        EvaluationResult CellOf(string head, (int Ways, int Shots) column) => results.First(result => result.Head == head && (result.Ways, result.Shots) == column);
    }

    /// <summary>What a row of the table is called.</summary>
    internal static string NameOf(string head, bool own) => head switch
    {
        "gauss" => "Gaussian (the job's head)",
        "gmm2" => "mixture of two Gaussians (the job's head)",
        "gmm3" => "mixture of three Gaussians (the job's head)",
        "gmm4" => "mixture of four Gaussians (the job's head)",
        "adagmm" => "mixture of one to four Gaussians (the job's head)",
        "nearest_mean" => own ? "nearest class mean (the job's head)" : "nearest class mean, same embedding",
        "k1" => "one Gaussian, same embedding",
        "k2" => "mixture of two Gaussians, same embedding",
        "k3" => "mixture of three Gaussians, same embedding",
        "k4" => "mixture of four Gaussians, same embedding",
        "k_chosen" => "mixture of one to four Gaussians, same embedding",
        "nearest_neighbor" => "nearest support image, same embedding",
        "true_modes" => "a Gaussian for each true character",
        "untrained" => "nearest class mean, untrained network",
        "raw_pixels" => "nearest class mean, raw pixels",
        _ => head.Replace('_', ' '),
    };

    private static Markup Row(string head, bool own, IEnumerable<EvaluationResult> cells) => Markup.Of(
        $"<tr{new Markup(own ? " class=\"own\"" : string.Empty)}><th scope=\"row\">{NameOf(head, own)}</th>{Markup.Join(cells.Select(Cell))}</tr>\n");

    private static Markup Cell(EvaluationResult result) => Markup.Of($"""
        <td><span class="accuracy">{result.Accuracy:F4}</span>{Bar(result)}
        <span class="interval">episodes {Range(result.Episodes95)}</span><span class="interval">characters {Range(result.Characters95)}</span></td>
        """);

    private static Markup Bar(EvaluationResult result) => Markup.Of($"""
        <svg class="bar" viewBox="0 0 100 10" aria-hidden="true"><line class="rule" x1="0" x2="100" y1="5" y2="5"/>
        <line class="thin" x1="{At(result.Characters95.Low):F1}" x2="{At(result.Characters95.High):F1}" y1="5" y2="5"/>
        <line class="thick" x1="{At(result.Episodes95.Low):F1}" x2="{At(result.Episodes95.High):F1}" y1="5" y2="5"/><circle cx="{At(result.Accuracy):F1}" cy="5" r="2.6"/></svg>
        """);

    private static double At(double share) => Math.Clamp(share, 0, 1) * BarWidth;

    private static Markup Range(Interval interval) => Markup.Of($"{interval.Low:F4} to {interval.High:F4}");
}
