using System.CommandLine;
using S2M.Coordinator.Evaluation.Sets;
using S2M.Local.Progress;
using Spectre.Console;

namespace S2M.Local.Commands;

/// <summary>The <c>compare</c> command.</summary>
internal static class CompareCommand
{
    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        var runs = new Argument<string[]>("RUN")
        {
            Description = "Folders of finished runs of one job, each with its own training.seed; they hold metrics.json.",
            Arity = ArgumentArity.OneOrMore,
        };
        var against = new Option<string[]>("--against")
        {
            Description = "Folders of finished runs of a job with another head, with the same sets and training seeds.",
            HelpName = "RUN",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string> output = RunOptions.OutputOption();
        var command = new Command(
            "compare",
            "Pools the figures of polysemous and noisy sets over training seeds, and compares the job's head with every other line on the same sets; three seeds or more.")
        {
            runs, against, output,
        };
        command.SetAction((result, _) => Outcome.OfAsync(
            () => CompareAsync(result.GetValue(runs)!, result.GetValue(against) ?? [], result.GetValue(output)),
            () => "interrupted",
            Path.Combine(".s2m", "compare"),
            Console.Error));
        return command;
    }

    private static async Task<int> CompareAsync(string[] runs, string[] against, string? output)
    {
        var comparison = SetComparison.Of([.. runs.Select(SetRun.Read)], [.. against.Select(SetRun.Read)]);
        if (comparison.TrainingSeeds.Count < SetComparison.FewSeeds)
        {
            await Console.Error.WriteLineAsync(
                $"warning: training seeds: expected at least {SetComparison.FewSeeds}, got {comparison.TrainingSeeds.Count}: the intervals say little about training's own spread; "
                + "run the job with further training.seed");
        }

        if (output == RunOptions.Json)
        {
            Console.WriteLine(comparison.ToJson());
        }
        else
        {
            ComparisonTable.Write(AnsiConsole.Console, comparison);
        }

        return ExitCodes.Done;
    }
}
