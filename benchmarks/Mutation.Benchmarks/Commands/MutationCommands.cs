using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using S2M.Model.Benchmarks;
using S2M.Mutation.Benchmarks.Copies;
using S2M.Mutation.Benchmarks.Mutants;
using S2M.Mutation.Benchmarks.Results;
using S2M.Mutation.Benchmarks.Runs;

namespace S2M.Mutation.Benchmarks.Commands;

/// <summary>The commands, and what an exit code means.</summary>
internal static class MutationCommands
{
    private const int Done = 0;
    private const int FallsShort = 1;
    private const int NotMeasured = 2;

    /// <summary>The <c>list</c> command.</summary>
    internal static Command List()
    {
        var options = new MutationOptions();
        var command = new Command("list", "Prints the mutants: number, file and line, member, operator, original, mutated; separated by tabs.");
        Add(command, options.Choosing);
        command.SetAction((result, cancellationToken) => GuardAsync(async () =>
        {
            MutatedSources mutated = MutatedSources.Create(await SourceFiles.ListAsync(cancellationToken));
            foreach (Mutant one in options.Choose(result, mutated.Mutants))
            {
                Console.WriteLine($"{one.Id}\t{one.File}:{one.Line}\t{one.Member}\t{one.Operator}\t{one.Original}\t{one.Mutated}");
            }

            int ofAdjoint = mutated.Mutants.Count(static one => one.IsOfAdjoint);
            await Console.Error.WriteLineAsync($"{mutated.Mutants.Count} mutants compile, {ofAdjoint} of them of the adjoint; {mutated.Dropped} candidates do not");
            return Done;
        }));
        return command;
    }

    /// <summary>The <c>selftest</c> command.</summary>
    internal static Command SelfTest() => Running("selftest", "Runs the self-test with each mutant.", withSelfTest: true, withTests: false);

    /// <summary>The <c>tests</c> command.</summary>
    internal static Command Tests() => Running("tests", "Runs the model's tests with each mutant that the self-test did not catch.", withSelfTest: false, withTests: true);

    /// <summary>The <c>run</c> command.</summary>
    internal static Command Both() => Running("run", "The self-test with each mutant, the model's tests with those that it does not catch.", withSelfTest: true, withTests: true);

    private static Command Running(string name, string description, bool withSelfTest, bool withTests)
    {
        var options = new MutationOptions();
        var command = new Command(name, description);
        Add(command, options.Running);
        command.SetAction((result, cancellationToken) => GuardAsync(async () =>
        {
            SourceFiles sources = await SourceFiles.ListAsync(cancellationToken);
            MutatedSources mutated = MutatedSources.Create(sources);
            IReadOnlyList<Mutant> chosen = options.Choose(result, mutated.Mutants);
            string stamp = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sources.Hash() + MutantSwitch.Source + JsonSerializer.Serialize(mutated.Mutants))));
            var file = new ResultFile(options.Json(result), stamp, mutated.Mutants, EquivalentMutant.Read());
            var copy = new WorkingCopy(options.Work(result));
            await copy.BuildAsync(sources, mutated, stamp, cancellationToken);
            var runner = new MutantRunner(file, options.Jobs(result));
            if (withSelfTest)
            {
                await runner.SelfTestAsync(Suite.SelfTest(copy), chosen, cancellationToken);
            }

            if (withTests)
            {
                await runner.TestsAsync(Suite.Tests(copy), chosen, cancellationToken);
            }

            return ResultView.Write(file, mutated.Dropped) ? Done : FallsShort;
        }));
        return command;
    }

    private static void Add(Command command, IReadOnlyList<Option> options)
    {
        foreach (Option option in options)
        {
            command.Options.Add(option);
        }
    }

    private static async Task<int> GuardAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("stopped; the same command goes on from the results that are there");
            return NotMeasured;
        }
        catch (Exception problem) when (problem is BenchmarkException or IOException or UnauthorizedAccessException or JsonException)
        {
            await Console.Error.WriteLineAsync($"error: {problem.Message}");
            return NotMeasured;
        }
    }
}
