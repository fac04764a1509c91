using S2M.Mutation.Benchmarks.Mutants;
using S2M.Mutation.Benchmarks.Results;

namespace S2M.Mutation.Benchmarks.Runs;

/// <summary>Tries mutants, several at a time, and keeps what is learned.</summary>
/// <param name="file">Where results go.</param>
/// <param name="jobs">Mutants at the same time.</param>
internal sealed class MutantRunner(ResultFile file, int jobs)
{
    /// <summary>The self-test with those that have no verdict of it.</summary>
    internal Task SelfTestAsync(Suite suite, IReadOnlyList<Mutant> chosen, CancellationToken cancellationToken)
        => RunAsync(suite, chosen, static result => result.SelfTest is null, static (result, verdict) => result with { SelfTest = verdict }, cancellationToken);

    /// <summary>The tests with those that the self-test did not catch.</summary>
    internal Task TestsAsync(Suite suite, IReadOnlyList<Mutant> chosen, CancellationToken cancellationToken)
        => RunAsync(
            suite,
            chosen,
            static result => result.IsCaughtBySelfTest == false && result.Tests is null,
            static (result, verdict) => result with { Tests = verdict },
            cancellationToken);

    private async Task RunAsync(
        Suite suite, IReadOnlyList<Mutant> chosen, Func<MutantResult, bool> isOpen, Func<MutantResult, Verdict, MutantResult> with, CancellationToken cancellationToken)
    {
        HashSet<int> ids = [.. chosen.Select(static mutant => mutant.Id)];
        MutantResult[] open = [.. file.Results.Where(result => ids.Contains(result.Mutant.Id) && isOpen(result))];
        if (open.Length == 0)
        {
            return;
        }

        await suite.PrepareAsync(cancellationToken);
        double minutes = open.Length * suite.Seconds / jobs / 60;
        await Console.Error.WriteLineAsync($"{suite.Name}: {suite.Seconds:0.0} s without a mutant; {open.Length} mutants to try, at most {minutes:0} minutes where none hangs");
        int done = 0;
        await Parallel.ForEachAsync(open, new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancellationToken }, async (result, stop) =>
        {
            Verdict verdict = await suite.TryAsync(result.Mutant.Id, stop);
            file.Keep(result.Mutant.Id, known => with(known, verdict));
            Mutant mutant = result.Mutant;
            string place = $"{mutant.Id} {Path.GetFileName(mutant.File)}:{mutant.Line}";
            await Console.Error.WriteLineAsync($"{Interlocked.Increment(ref done)} of {open.Length}: {place} {verdict.CaughtBy ?? "NOT CAUGHT"} ({verdict.Seconds:0.0} s)");
        });
    }
}
