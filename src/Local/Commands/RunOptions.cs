using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using S2M.Worker.Hosting;

namespace S2M.Local.Commands;

/// <summary>The options of commands that run a job.</summary>
internal sealed class RunOptions
{
    /// <summary>The word for output that programs read.</summary>
    internal const string Json = "json";

    /// <summary>Makes the options.</summary>
    /// <param name="folder">The default of <c>--out</c>.</param>
    internal RunOptions(string folder)
    {
        Out = new("--out") { Description = "Folder for parameters.safetensors, metrics.json and report.html.", HelpName = "DIR", DefaultValueFactory = _ => folder };
        Out.Validators.Add(result => Require(result, result.GetValueOrDefault<string>() is { Length: > 0 }, "--out: expected a folder, got an empty text"));
        Threads.Validators.Add(result => Require(
            result,
            result.Tokens is not [{ Value: { } value }] || !int.TryParse(value, CultureInfo.InvariantCulture, out int threads) || threads >= 1,
            $"--threads: expected at least 1, got {string.Join(' ', result.Tokens)}"));
    }

    /// <summary>The options of every command that runs a job, in the order of its help.</summary>
    internal Option[] All => [Out, Set, Resume, Workers, State, InProcess, Threads, DryRun, Output];

    internal Option<string> Out { get; }

    internal Option<string[]> Set { get; } = new("--set")
    {
        Description = "Overrides a field of the job, such as training.steps=100 or evaluation.ways=[5]; may be repeated.",
        HelpName = "PATH=VALUE",
    };

    internal Option<string[]> Data { get; } = DataBindings.Option("Where the data set NAME lies: a folder of class folders, or a zip of them; may be repeated.");

    internal Option<bool> Resume { get; } = new("--resume")
    {
        Description = "Goes on with the run of --out from its newest whole checkpoint, with the same final parameters as without the interruption.",
    };

    internal Option<bool> InProcess { get; } = new("--in-process") { Description = "Trains in this process alone, without the service; checkpoints go to --out." };

    internal Option<int> Workers { get; } = ServiceOptions.Workers();

    internal Option<string> State { get; } = ServiceOptions.State();

    internal Option<int> Threads { get; } = new("--threads")
    {
        Description = "With --in-process: training threads, at least 1; the result does not depend on it.",
        HelpName = "N",
        DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    internal Option<bool> DryRun { get; } = new("--dry-run") { Description = "Prints the job with every default, its parameters, memory and time, and trains nothing." };

    internal Option<string> Output { get; } = OutputOption();

    /// <summary>The option that every command with a result has.</summary>
    internal static Option<string> OutputOption()
    {
        var option = new Option<string>("--output") { Description = "How the result is written.", HelpName = "table|json", DefaultValueFactory = _ => "table" };
        option.AcceptOnlyFromAmong("table", Json);
        return option;
    }

    private static void Require(OptionResult result, bool holds, string message)
    {
        if (!holds)
        {
            result.AddError(message);
        }
    }
}
