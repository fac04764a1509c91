using System.CommandLine;
using S2M.Data;
using S2M.Model.Benchmarks.Reports;
using S2M.Model.Benchmarks.Rounds;
using S2M.Worker;
using S2M.Worker.Diagnostics;

namespace S2M.Model.Benchmarks;

/// <summary>What all commands share: the images, the rounds, where samples go, and what an exit code means.</summary>
internal sealed class BenchmarkOptions
{
    private const int Done = 0;
    private const int FallsShort = 1;
    private const int NotMeasured = 2;

    private readonly string _name;
    private readonly Option<string?> _images = new("--images")
    {
        Description = "Omniglot's folder, or any folder or zip of class folders; without it ../shared/data/omniglot beside the repository, and where that is absent the built-in glyphs.",
        HelpName = "PATH",
    };

    private readonly Option<int> _rounds;
    private readonly Option<string?> _json = new("--json") { Description = "Where the raw samples go; without it benchmarks/results/raw/latest_<command>.json.", HelpName = "FILE" };

    /// <summary>Names the options of a command.</summary>
    /// <param name="name">The command.</param>
    /// <param name="rounds">The default number of rounds.</param>
    internal BenchmarkOptions(string name, int rounds)
    {
        _name = name;
        _rounds = new Option<int>("--rounds") { Description = "Interleaved rounds: each gives one ratio, and medians over them are reported.", DefaultValueFactory = _ => rounds };
    }

    /// <summary>The clock of commands that time by themselves.</summary>
    internal static Option<ClockKind> ClockOption() => new("--clock")
    {
        Description = "wall, or cpu on a machine that is not idle: only the process's own computing time counts then, on both sides.",
        DefaultValueFactory = _ => ClockKind.Wall,
    };

    /// <summary>Makes the command.</summary>
    /// <param name="description">What it measures.</param>
    /// <param name="run">Measures: the images' path or null, the rounds, and what was parsed.</param>
    /// <param name="more">Options of this command alone.</param>
    internal Command Create(string description, Func<string?, int, ParseResult, BenchmarkReport> run, params Option[] more)
    {
        var command = new Command(_name, description) { _images, _rounds, _json };
        foreach (Option option in more)
        {
            command.Options.Add(option);
        }

        command.SetAction(result => Run(result, run));
        return command;
    }

    private int Run(ParseResult result, Func<string?, int, ParseResult, BenchmarkReport> run)
    {
        try
        {
            int rounds = result.GetValue(_rounds);
            if (rounds < 1)
            {
                throw new BenchmarkException($"--rounds: expected at least 1, got {rounds}");
            }

            NativeEnvironment.Prepare("native");
            TensorLibrary.EnsureLoaded();
            BenchmarkReport report = run(result.GetValue(_images), rounds, result);
            string path = result.GetValue(_json) ?? Path.Combine(Repository.Root, "benchmarks", "results", "raw", $"latest_{_name}.json");
            report.Save(path);
            ReportView.Write(report, path);
            return report.Figures.Any(figure => figure.Holds == false) ? FallsShort : Done;
        }
        catch (Exception problem) when (problem is BenchmarkException or DataException or Set2ModelException or WorkerException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"error: {problem.Message}");
            return NotMeasured;
        }
    }
}
