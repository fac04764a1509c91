using System.Globalization;
using S2M.Numerics.Statistics;
using Spectre.Console;

namespace S2M.Cli.Following;

/// <summary>The table at the end of a run: heads by ways and shots, with both intervals. Where that is too wide, a line for each cell.</summary>
internal static class ResultTable
{
    // What a column takes besides its text: two spaces beside it.
    private const int Padding = 2;

    /// <summary>Writes the table.</summary>
    /// <param name="console">Where; its width decides the layout.</param>
    /// <param name="results">The cells; nothing is written where there is none.</param>
    internal static void Write(IAnsiConsole console, IReadOnlyList<EvaluationCell> results)
    {
        if (results.Count == 0)
        {
            return;
        }

        string[] labels = ["characters95", .. results.Select(result => result.Head)];
        int columns = results.Select(result => (result.Ways, result.Shots)).Distinct().Count();
        int width = labels.Max(label => label.Length) + Padding + (columns * ("0.0000-1.0000".Length + Padding));
        console.MarkupLine($"[bold]{results[0].Phase}[/]: accuracy with 95 % intervals, {results[0].Episodes} episodes each");
        console.Write(width <= console.Profile.Width ? Wide(results) : Narrow(results));
    }

    /// <summary>Writes the mean average precisions; nothing where nothing was ranked.</summary>
    /// <param name="console">Where.</param>
    /// <param name="results">The lines.</param>
    internal static void Write(IAnsiConsole console, IReadOnlyList<RetrievalLine> results)
    {
        if (results.Count == 0)
        {
            return;
        }

        Table table = new Table().Border(TableBorder.Horizontal).AddColumn(string.Empty).AddColumn("gallery");
        foreach (string name in new[] { "concepts", "targets", "mAP", "characters95" })
        {
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
        }

        foreach (RetrievalLine result in results)
        {
            table.AddRow(
                $"[bold]{Markup.Escape(result.Head)}[/]",
                Markup.Escape(result.Gallery),
                result.Concepts.ToString(CultureInfo.InvariantCulture),
                result.Targets.ToString("0.#", CultureInfo.InvariantCulture),
                $"[bold]{Show(result.MeanAveragePrecision)}[/]",
                Show(result.Characters95));
        }

        console.MarkupLine($"[bold]{results[0].Phase}[/]: retrieval, mean average precision");
        console.Write(table);
    }

    /// <summary>Writes the figures of polysemous and noisy sets; nothing where there are none.</summary>
    /// <param name="console">Where.</param>
    /// <param name="results">The lines.</param>
    internal static void Write(IAnsiConsole console, IReadOnlyList<SetLine> results)
    {
        if (results.Count == 0)
        {
            return;
        }

        console.MarkupLine($"[bold]{results[0].Phase}[/]: sets, mean average precision with 95 % intervals, {results[0].Episodes} sets each");
        foreach (IGrouping<(int Modes, string Weights, int NoisePercent, string NoiseKind), SetLine> lines in results.GroupBy(
            result => (result.Modes, result.Weights, result.NoisePercent, result.NoiseKind)))
        {
            string noise = lines.Key.NoisePercent == 0 ? "clean" : $"{lines.Key.NoisePercent} % {lines.Key.NoiseKind}";
            console.MarkupLine($"[bold]{(lines.Key.Modes == 1 ? "1 mode" : $"{lines.Key.Modes} {Markup.Escape(lines.Key.Weights)} modes")}, {Markup.Escape(noise)}[/]");
            Table table = new Table().Border(TableBorder.Horizontal).AddColumn(new TableColumn(string.Empty).NoWrap());
            foreach (string name in new[] { "mAP", "episodes95", "own minus this", "Rand", "k" })
            {
                table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
            }

            foreach (SetLine line in lines)
            {
                table.AddRow(
                    Markup.Escape(line.Head),
                    $"[bold]{Show(line.MeanAveragePrecision)}[/]",
                    Show(line.Episodes95),
                    line.OwnMinus is { } difference ? $"{Signed(difference.Low)}..{Signed(difference.High)}" : string.Empty,
                    line.AdjustedRandIndex is { } index ? index.ToString("F3", CultureInfo.InvariantCulture) : string.Empty,
                    line.MeanComponents is { } components ? components.ToString("F2", CultureInfo.InvariantCulture) : string.Empty);
            }

            console.Write(table);
        }
    }

    private static Table Wide(IReadOnlyList<EvaluationCell> results)
    {
        (int Ways, int Shots)[] columns = [.. results.Select(result => (result.Ways, result.Shots)).Distinct()];
        Table table = new Table().Border(TableBorder.Horizontal).AddColumn(string.Empty);
        foreach ((int ways, int shots) in columns)
        {
            table.AddColumn(new TableColumn($"{ways}-way {shots}-shot").RightAligned().NoWrap());
        }

        foreach (string head in results.Select(result => result.Head).Distinct(StringComparer.Ordinal))
        {
            EvaluationCell[] cells = [.. columns.Select(column => results.First(result => result.Head == head && (result.Ways, result.Shots) == column))];
            table.AddRow([$"[bold]{Markup.Escape(head)}[/]", .. cells.Select(cell => $"[bold]{Show(cell.Accuracy)}[/]")]);
            table.AddRow(["[dim]episodes95[/]", .. cells.Select(cell => $"[dim]{Show(cell.Episodes95)}[/]")]);
            table.AddRow(["[dim]characters95[/]", .. cells.Select(cell => $"[dim]{Show(cell.Characters95)}[/]")]);
        }

        return table.AddRow(["[bold]chance[/]", .. columns.Select(column => Show(1.0 / column.Ways))]);
    }

    private static Table Narrow(IReadOnlyList<EvaluationCell> results)
    {
        Table table = new Table().Border(TableBorder.Horizontal).AddColumn(string.Empty);
        foreach (string name in new[] { "accuracy", "episodes95", "characters95" })
        {
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
        }

        foreach (IGrouping<(int Ways, int Shots), EvaluationCell> cells in results.GroupBy(result => (result.Ways, result.Shots)))
        {
            table.AddRow($"[bold]{cells.Key.Ways}-way {cells.Key.Shots}-shot[/]");
            foreach (EvaluationCell cell in cells)
            {
                table.AddRow($"  {Markup.Escape(cell.Head)}", $"[bold]{Show(cell.Accuracy)}[/]", Show(cell.Episodes95), Show(cell.Characters95));
            }

            table.AddRow("  chance", Show(1.0 / cells.Key.Ways));
        }

        return table;
    }

    private static string Show(Interval interval) => $"{Show(interval.Low)}-{Show(interval.High)}";

    private static string Signed(double value) => value.ToString("+0.0000;-0.0000", CultureInfo.InvariantCulture);

    private static string Show(double value) => value.ToString("F4", CultureInfo.InvariantCulture);
}
