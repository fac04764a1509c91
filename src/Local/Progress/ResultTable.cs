using System.Globalization;
using S2M.Coordinator.Evaluation;
using S2M.Numerics.Statistics;
using Spectre.Console;

namespace S2M.Local.Progress;

/// <summary>The table at the end of a run: heads by ways and shots, with both intervals.</summary>
internal static class ResultTable
{
    /// <summary>Writes the table.</summary>
    /// <param name="console">Where.</param>
    /// <param name="results">The cells, at least one.</param>
    internal static void Write(IAnsiConsole console, IReadOnlyList<EvaluationResult> results)
    {
        (int Ways, int Shots)[] columns = [.. results.Select(result => (result.Ways, result.Shots)).Distinct()];
        Table table = new Table().Title($"{results[0].Phase}: accuracy, episodes95, characters95").AddColumn(string.Empty);
        foreach ((int ways, int shots) in columns)
        {
            table.AddColumn($"{ways}-way {shots}-shot");
        }

        foreach (string head in results.Select(result => result.Head).Distinct(StringComparer.Ordinal))
        {
            table.AddRow([head, .. columns.Select(column => Cell(results.First(result => result.Head == head && (result.Ways, result.Shots) == column)))]);
        }

        table.AddRow(["chance", .. columns.Select(column => Show(1.0 / column.Ways))]);
        console.Write(table);
    }

    private static string Cell(EvaluationResult result) => $"{Show(result.Accuracy)}\n{Show(result.Episodes95)}\n{Show(result.Characters95)}";

    private static string Show(Interval interval) => $"{Show(interval.Low)}..{Show(interval.High)}";

    private static string Show(double value) => value.ToString("F4", CultureInfo.InvariantCulture);
}
