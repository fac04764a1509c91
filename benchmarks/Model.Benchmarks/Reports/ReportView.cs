using System.Globalization;
using S2M.Model.Benchmarks.Rounds;
using Spectre.Console;

namespace S2M.Model.Benchmarks.Reports;

/// <summary>Prints a report: what it ran on, the tables, and a line for each figure.</summary>
internal static class ReportView
{
    private const int LineWidth = 190;

    /// <summary>Prints.</summary>
    /// <param name="report">The report.</param>
    /// <param name="path">Where its samples were written.</param>
    internal static void Write(BenchmarkReport report, string path)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = LineWidth;
        }

        Console.WriteLine($"{report.Machine.Processor}, {report.Machine.Cores} cores, {report.Machine.OperatingSystem}, {report.Machine.Runtime}, load before {report.Machine.LoadBefore}");
        Console.WriteLine(report.Machine.NumericContract);
        foreach ((string name, string value) in report.Settings)
        {
            Console.WriteLine($"{name}: {value}");
        }

        Table series = Columns("measured", "unit", "median", "middle half", "samples", "allocated");
        foreach (Series row in report.Series)
        {
            series.AddRow(Markup.Escape(row.Name), row.Unit, Number(Ratios.Median(row.Samples)), Middle(row.Samples), $"{row.Samples.Count}", row.AllocatedBytes is long bytes ? $"{bytes} B" : string.Empty);
        }

        AnsiConsole.Write(series);
        Table comparisons = Columns("ratio of pairs", "median", "95 % of the median", "middle half", "pairs");
        foreach (Comparison row in report.Comparisons)
        {
            (double low, double high) = Ratios.MedianInterval(row.Samples);
            comparisons.AddRow(Markup.Escape(row.Name), Number(Ratios.Median(row.Samples)), $"{Number(low)} to {Number(high)}", Middle(row.Samples), $"{row.Samples.Count}");
        }

        AnsiConsole.Write(comparisons);
        Console.WriteLine($"samples: {Path.GetRelativePath(Environment.CurrentDirectory, path)}");
        foreach (Figure figure in report.Figures.Where(static figure => figure.IsUndecided))
        {
            Console.WriteLine($"not resolved: {figure.Name} lies between {Number(figure.Low!.Value)} and {Number(figure.High!.Value)} {figure.Unit}, the reach within; measure on an idle machine");
        }

        foreach (Figure figure in report.Figures)
        {
            Console.WriteLine(figure);
        }
    }

    private static Table Columns(params string[] names)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string name in names)
        {
            table.AddColumn(new TableColumn(name).NoWrap());
        }

        return table;
    }

    private static string Middle(IReadOnlyList<double> samples) => $"{Number(Ratios.Quantile(samples, 0.25))} to {Number(Ratios.Quantile(samples, 0.75))}";

    // Four digits that mean something, never an exponent in the range that occurs here.
    private static string Number(double value)
    {
        int decimals = value == 0 ? 0 : Math.Clamp(3 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 6);
        return value.ToString($"F{decimals}", CultureInfo.InvariantCulture);
    }
}
