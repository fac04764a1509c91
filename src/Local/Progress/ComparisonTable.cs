using System.Globalization;
using S2M.Coordinator.Evaluation.Sets;
using S2M.Numerics.Statistics;
using Spectre.Console;

namespace S2M.Local.Progress;

/// <summary>The tables of <c>compare</c>: one for each kind of set.</summary>
internal static class ComparisonTable
{
    private static readonly string[] Figures = ["mAP", "own minus this", "own", "recovered %", "Rand", "k"];

    /// <summary>Writes the tables.</summary>
    /// <param name="console">Where.</param>
    /// <param name="comparison">The figures.</param>
    internal static void Write(IAnsiConsole console, SetComparison comparison)
    {
        string against = comparison.Against is null ? string.Empty : $" against {comparison.Against}";
        console.WriteLine($"{comparison.Head}{against}, training seeds {string.Join(", ", comparison.TrainingSeeds)}");
        console.WriteLine("sets, mean average precision with 95 % intervals over seeds and sets");
        foreach (ComparedKind kind in comparison.Kinds)
        {
            string noise = kind.NoisePercent == 0 ? "clean" : $"{kind.NoisePercent} % {kind.NoiseKind}";
            console.WriteLine($"{(kind.Modes == 1 ? "1 mode" : $"{kind.Modes} {kind.Weights} modes")}, {noise}, {kind.Episodes} sets");
            Table table = new Table().Border(TableBorder.Horizontal).AddColumn(new TableColumn(string.Empty).NoWrap().PadLeft(0));
            foreach (string name in Figures)
            {
                // Seven columns shall fit 80 letters.
                table.AddColumn(new TableColumn(name).RightAligned().NoWrap().PadLeft(0));
            }

            Add(table, kind.Lines);
            if (kind.Against.Count > 0)
            {
                table.AddRow("[bold]against[/]");
                Add(table, kind.Against);
            }

            console.Write(table);
        }

        string margin = PairedDifference.Margin.ToString(CultureInfo.InvariantCulture);
        console.WriteLine($"own: > better (the interval of its difference is above 0), >= not worse (above -{margin})");
        console.WriteLine("recovered: (line - one Gaussian) / (true modes - one Gaussian), < 0 where its interval is");
    }

    private static void Add(Table table, IReadOnlyList<ComparedLine> lines)
    {
        foreach (ComparedLine line in lines)
        {
            table.AddRow(
                Markup.Escape(line.Head),
                $"[bold]{Show(line.MeanAveragePrecision, "F4")}[/]",
                line.OwnMinus is { } difference ? $"{Show(difference.Low, "+0.0000;-0.0000")}..{Show(difference.High, "+0.0000;-0.0000")}" : string.Empty,
                line.OwnMinus switch { { IsBetter: true } => ">", { IsNotWorse: true } => ">=", _ => string.Empty },
                Recovered(line.Recovered),
                line.AdjustedRandIndex is { } index ? Show(index, "F2") : string.Empty,
                line.MeanComponents is { } components ? Show(components, "F2") : string.Empty);
        }
    }

    private static string Recovered(Interval? share) => share switch
    {
        null => string.Empty,
        { High: < 0 } => "< 0",
        _ => $"{Percent(share.Mean)} ({Percent(share.Low)}..{Percent(share.High)})",
    };

    private static string Percent(double share) => Show(100 * share, "F0");

    private static string Show(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
