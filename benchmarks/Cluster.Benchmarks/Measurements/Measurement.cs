using System.CommandLine;
using System.Globalization;
using S2M.Client;
using S2M.Model.Benchmarks;
using S2M.Model.Benchmarks.Reports;

namespace S2M.Cluster.Benchmarks.Measurements;

/// <summary>A command that measures: runs, saves, prints, and turns figures into an exit code.</summary>
internal static class Measurement
{
    private const int FallsShort = 1;
    private const int NotMeasured = 2;

    /// <summary>This moment.</summary>
    internal static long Now => TimeProvider.System.GetTimestamp();

    /// <summary>Makes a command.</summary>
    /// <param name="name">The command.</param>
    /// <param name="description">What it measures.</param>
    /// <param name="run">Measures.</param>
    /// <param name="options">Its own options.</param>
    internal static Command Create(string name, string description, Func<ParseResult, Samples, Task> run, params Option[] options)
    {
        Option<string?> json = new("--json") { Description = $"Where the raw samples go; without it benchmarks/results/raw/latest_{name}.json.", HelpName = "FILE" };
        var command = new Command(name, description) { json };
        foreach (Option option in options)
        {
            command.Options.Add(option);
        }

        command.SetAction(async result =>
        {
            try
            {
                Machine machine = Machine.Describe();
                var samples = new Samples();
                await run(result, samples);
                var report = new BenchmarkReport(
                    name,
                    TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                    machine,
                    samples.Settings,
                    samples.Series,
                    samples.Comparisons,
                    samples.Figures);
                string path = result.GetValue(json) ?? Path.Combine(Repository.Root, "benchmarks", "results", "raw", $"latest_{name}.json");
                report.Save(path);
                ReportView.Write(report, path);
                return report.Figures.Any(static figure => figure.Holds == false) ? FallsShort : 0;
            }
            catch (Exception problem) when (problem is BenchmarkException or S2MException or IOException or TimeoutException or Npgsql.NpgsqlException)
            {
                await Console.Error.WriteLineAsync($"error: {problem.Message}");
                return NotMeasured;
            }
        });
        return command;
    }

    /// <summary>An option with a number.</summary>
    internal static Option<int> Number(string name, string description, int value) => new(name) { Description = description, DefaultValueFactory = _ => value };

    /// <summary>Seconds between two timestamps.</summary>
    internal static double Seconds(long from, long to) => TimeProvider.System.GetElapsedTime(from, to).TotalSeconds;
}
