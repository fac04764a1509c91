using System.CommandLine;
using S2M.Coordinator;
using S2M.Coordinator.Evaluation;
using S2M.Data;
using S2M.Local.Progress;
using S2M.Local.Runs;
using S2M.Model;
using S2M.Specification;
using S2M.Worker;
using S2M.Worker.Diagnostics;
using Spectre.Console;

namespace S2M.Local.Commands;

/// <summary>What <c>quickstart</c> and <c>train</c> share: options, the run, messages and exit codes.</summary>
internal sealed class RunCommand
{
    private const int Done = 0;
    private const int Failed = 1;
    private const int Usage = 2;
    private const int Interrupted = 130;

    private readonly Option<string[]> _set = new("--set") { Description = "Overrides a field of the job, such as training.steps=100; may be repeated.", HelpName = "path=value" };
    private readonly Option<bool> _resume = new("--resume") { Description = "Goes on from the newest checkpoint in --out." };
    private readonly Option<int> _threads = new("--threads") { Description = "Training threads; the result does not depend on it.", DefaultValueFactory = _ => Environment.ProcessorCount };
    private readonly Option<OutputKind> _output = new("--output") { Description = "How the result is written.", DefaultValueFactory = _ => OutputKind.Table };
    private readonly Option<string> _out;
    private readonly bool _fresh;

    private RunCommand(string defaultFolder, bool fresh)
    {
        _fresh = fresh;
        _out = new Option<string>("--out") { Description = "Folder for checkpoints and reports.", HelpName = "DIR", DefaultValueFactory = _ => defaultFolder };
    }

    private enum OutputKind
    {
        Table,
        Json,
    }

    /// <summary>The <c>quickstart</c> command.</summary>
    internal static Command Quickstart()
    {
        var shared = new RunCommand(Path.Combine(".s2m", "quickstart"), fresh: true);
        var command = new Command("quickstart", "Trains on built-in handwriting in a few minutes and prints the table; nothing is downloaded.");
        shared.AddTo(command);
        command.SetAction((result, cancellation) => shared.RunAsync(
            result, settings => JobFile.Parse(BuiltInJobs.Quickstart, "quickstart", settings), new Dictionary<string, string>(StringComparer.Ordinal), "quickstart", cancellation));
        return command;
    }

    /// <summary>The <c>train</c> command.</summary>
    internal static Command Train()
    {
        var shared = new RunCommand(Path.Combine(".s2m", "train"), fresh: false);
        var file = new Argument<string>("FILE") { Description = "The job file (YAML)." };
        var data = new Option<string[]>("--data") { Description = "Where a data set lies; may be repeated.", HelpName = "NAME=PATH" };
        var command = new Command("train", "Trains the job of a file in this process, tests it once and writes metrics.json.") { file, data };
        shared.AddTo(command);
        command.SetAction((result, cancellation) => shared.RunAsync(
            result, settings => JobFile.Read(result.GetValue(file)!, settings), Bind(result.GetValue(data) ?? []), $"train {result.GetValue(file)}", cancellation));
        return command;
    }

    private void AddTo(Command command)
    {
        command.Options.Add(_out);
        command.Options.Add(_set);
        command.Options.Add(_resume);
        command.Options.Add(_threads);
        command.Options.Add(_output);
    }

    private async Task<int> RunAsync(
        ParseResult result, Func<string[], JobSpecification> read, Dictionary<string, string> data, string command, CancellationToken cancellation)
    {
        string folder = result.GetValue(_out)!;
        try
        {
            JobSpecification job = read(result.GetValue(_set) ?? []);
            int threads = result.GetValue(_threads);
            if (threads < 1)
            {
                throw new SpecificationException($"--threads: expected at least 1, got {threads}");
            }

            NativeEnvironment.Prepare("native");
            TensorLibrary.EnsureLoaded();
            var view = new ConsoleRunView(Console.Error, !Console.IsErrorRedirected, TimeProvider.System);
            var request = new TrainingRequest(job, folder, data, result.GetValue(_resume), _fresh, threads);
            Show(await new TrainingRun(request, view, TimeProvider.System).RunAsync(cancellation), folder, result.GetValue(_output));
            return Done;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"\ninterrupted. The last whole step is kept below {folder}; go on with: {command} --out {folder} --resume");
            return Interrupted;
        }
        catch (Exception problem) when (problem is SpecificationException or DataException)
        {
            await Console.Error.WriteLineAsync($"error: {problem.Message}");
            return Usage;
        }
        catch (Exception problem) when (problem is CoordinatorException or WorkerException or Set2ModelException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"error: {problem.Message}");
            return Failed;
        }
    }

    private static void Show(RunReport report, string folder, OutputKind output)
    {
        if (output == OutputKind.Json)
        {
            Console.WriteLine(report.ToJson());
            return;
        }

        ResultTable.Write(AnsiConsole.Console, report.Evaluations);
        Console.WriteLine($"parameters   sha256 {report.ParametersHash}");
        Console.WriteLine($"checkpoints  {Path.GetFullPath(Path.Combine(folder, "checkpoints"))}");
        Console.WriteLine($"metrics      {Path.GetFullPath(Path.Combine(folder, "metrics.json"))}");
    }

    private static Dictionary<string, string> Bind(string[] bindings)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string binding in bindings)
        {
            string[] sides = binding.Split('=', 2);
            paths[sides[0]] = sides.Length == 2 && sides[1].Length > 0 ? sides[1] : string.Empty;
        }

        return paths;
    }
}
