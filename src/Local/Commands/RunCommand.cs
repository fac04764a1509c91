using System.CommandLine;
using System.Text.Json.Nodes;
using S2M.Cli.Following;
using S2M.Coordinator.Evaluation;
using S2M.Coordinator.Reports;
using S2M.Data;
using S2M.Local.Progress;
using S2M.Local.Runs;
using S2M.Specification;
using S2M.Worker.Diagnostics;
using S2M.Worker.Hosting;
using Spectre.Console;

namespace S2M.Local.Commands;

/// <summary>What <c>quickstart</c> and <c>train</c> share: options, the run, messages and exit codes.</summary>
internal sealed class RunCommand
{
    private const int LogWidth = 80;

    private readonly RunOptions _options;
    private readonly Func<ParseResult, (string Text, string Name)> _file;
    private readonly bool _fresh;

    private RunCommand(Command command, string defaultFolder, bool fresh, Func<ParseResult, (string Text, string Name)> file)
    {
        _options = new RunOptions(defaultFolder);
        _fresh = fresh;
        _file = file;
        foreach (Option option in _options.All)
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetResult(_options.Threads) is { Implicit: false } && !result.GetValue(_options.InProcess) && !result.GetValue(_options.DryRun))
            {
                result.AddError("--threads: expected --in-process with it, got none; give --workers N for worker processes");
            }
        });
        command.SetAction((result, _) => RunAsync(result));
    }

    /// <summary>The <c>quickstart</c> command.</summary>
    internal static Command Quickstart()
    {
        var command = new Command(
            "quickstart", "Trains on built-in handwriting in a few minutes and prints the table; nothing is downloaded. Starts afresh unless --resume is given.");
        _ = new RunCommand(command, Path.Combine(".s2m", "quickstart"), fresh: true, _ => (BuiltInJobs.Quickstart, "quickstart"));
        return command;
    }

    /// <summary>The <c>train</c> command.</summary>
    internal static Command Train()
    {
        var file = new Argument<string>("FILE") { Description = "The job file (YAML); jobs/ has examples." };
        var command = new Command(
            "train",
            "Trains the job of a file through the service on this machine, which is started for it unless it runs, tests it once, and fetches parameters and report.") { file };
        var run = new RunCommand(
            command, Path.Combine(".s2m", "train"), fresh: false, result => (JobFile.ReadText(result.GetValue(file)!), result.GetValue(file)!));
        command.Options.Add(run._options.Data);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result)
    {
        string folder = result.GetValue(_options.Out)!;
        if (!result.GetValue(_options.InProcess) && !result.GetValue(_options.DryRun))
        {
            return await new ServiceCommand(_options, _fresh).RunAsync(result, () => Job(result), folder);
        }

        using var interruption = new Interruption(Console.Error);
        return await Outcome.OfAsync(() => RunAsync(result, folder, interruption.Token), () => Farewell(result, folder), folder, Console.Error);
    }

    private async Task<int> RunAsync(ParseResult result, string folder, CancellationToken cancellationToken)
    {
        CommandJob job = Job(result);
        var request = new TrainingRequest(job.Specification, folder, job.Data, result.GetValue(_options.Resume), _fresh, result.GetValue(_options.Threads));
        NativeEnvironment.Prepare("native");
        TensorLibrary.EnsureLoaded();
        if (result.GetValue(_options.DryRun))
        {
            DryRun plan = await DryRun.MakeAsync(request, TimeProvider.System, cancellationToken);
            Console.WriteLine(result.GetValue(_options.Output) == RunOptions.Json ? plan.ToJson() : plan.ToYaml());
            return ExitCodes.Done;
        }

        var view = new ConsoleRunView(Console.Error, !Console.IsErrorRedirected, Width(), TimeProvider.System);
        Show(await new TrainingRun(request, view, TimeProvider.System).RunAsync(cancellationToken), folder, result.GetValue(_options.Output), request.Resume);
        return ExitCodes.Done;
    }

    /// <summary>The job and its data, checked against each other.</summary>
    private CommandJob Job(ParseResult result)
    {
        (string text, string file) = _file(result);
        string[] settings = result.GetValue(_options.Set) ?? [];
        JobSpecification job = JobFile.Parse(text, file, settings);
        Dictionary<string, string> data = DataBindings.Read(result, _options.Data);
        return data.Keys.FirstOrDefault(name => name != job.Data.Name) is { } other
            ? throw new DataException($"--data {other}=...: expected the job's data set '{job.Data.Name}', got '{other}'; correct the name")
            : new CommandJob(job, text, settings, data);
    }

    // Some terminals do not know their width and say 0.
    private static int Width() => !Console.IsErrorRedirected && Console.WindowWidth > 0 ? Console.WindowWidth : LogWidth;

    /// <summary>Says what is kept and how to go on, with the options that belong to it.</summary>
    private string Farewell(ParseResult result, string folder)
    {
        if (RunFolder.NewestCheckpoint(folder) is not { } newest)
        {
            return "interrupted before the first checkpoint: nothing is kept";
        }

        return $"interrupted. Kept: {newest}\n{GoOn(result, _options)}";
    }

    /// <summary>The command that goes on.</summary>
    internal static string GoOn(ParseResult result, RunOptions options)
    {
        IEnumerable<string> words = result.Tokens.Select(token => token.Value);
        IEnumerable<string> again = result.GetValue(options.Resume) ? words : words.Append("--resume");
        return $"go on with the same command: {string.Join(' ', again.Select(Quote))}";
    }

    private static string Quote(string word) => word.All(letter => char.IsAsciiLetterOrDigit(letter) || "-_./=:,@+".Contains(letter, StringComparison.Ordinal))
        ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static void Show(RunReport report, string folder, string? output, bool resumed)
    {
        if (output == RunOptions.Json)
        {
            Console.WriteLine(report.ToJson());
            return;
        }

        JobMetrics metrics = JobMetrics.Read(JsonNode.Parse(report.ToJson())!);
        ResultTable.Write(AnsiConsole.Console, metrics.Evaluations ?? []);
        ResultTable.Write(AnsiConsole.Console, metrics.Retrievals ?? []);
        ResultTable.Write(AnsiConsole.Console, metrics.Sets ?? []);
        Console.WriteLine($"parameters   {report.ParametersHash}");
        Console.WriteLine($"checkpoint   {RunFolder.NewestCheckpoint(folder)}");
        Console.WriteLine($"metrics      {RunFolder.MetricsIn(folder)}");
        Console.WriteLine($"report       {RunFolder.ReportIn(folder)}");
        string times = string.Join(", ", report.Seconds.Select(phase => $"{phase.Key} {Duration.Show(TimeSpan.FromSeconds(phase.Value))}"));
        Console.WriteLine($"time         {times}{(resumed ? " (since --resume)" : string.Empty)}");
    }
}
