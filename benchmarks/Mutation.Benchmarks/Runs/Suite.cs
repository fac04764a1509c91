using S2M.Model.Benchmarks;
using S2M.Mutation.Benchmarks.Copies;

namespace S2M.Mutation.Benchmarks.Runs;

/// <summary>Runs that together are one way to catch mutants; the first that catches one ends it.</summary>
/// <param name="name">What it is called.</param>
/// <param name="runs">In the order in which they are tried.</param>
internal sealed class Suite(string name, IReadOnlyList<MutantRun> runs)
{
    // Mixtures first: they alone lead through most of what is mutated. The kind that only loads the library is left out.
    private static readonly string[] Kinds = ["mixture", "gradient", "repeat", "resume"];
    private static readonly string[] Namespaces = ["S2M.Model.Tests.ImplicitDifferentiation", "S2M.Model.Tests.Mixture"];

    /// <summary>What it is called.</summary>
    internal string Name => name;

    /// <summary>How long all runs take without a mutant; known after <see cref="PrepareAsync"/>.</summary>
    internal double Seconds { get; private set; }

    /// <summary>The self-test of the copy, kind by kind.</summary>
    internal static Suite SelfTest(WorkingCopy copy)
    {
        string program = copy.Program("src/Local", "s2m-local.dll");
        return new Suite("selftest", [.. Kinds.Select(kind => new MutantRun(copy, [program, "selftest", "--only", kind], IsFailedCheck))]);
    }

    /// <summary>The model's tests of the mutated folders, up to the first that fails.</summary>
    internal static Suite Tests(WorkingCopy copy)
    {
        string program = copy.Program("tests/Model.Tests", "S2M.Model.Tests.dll");
        string[] arguments = [program, "-noLogo", "-noColor", "-stopOnFail", .. Namespaces.SelectMany(static one => new[] { "-namespace", one })];
        return new Suite("tests", [new MutantRun(copy, arguments, IsFailedTest)]);
    }

    /// <summary>Runs without a mutant.</summary>
    /// <exception cref="BenchmarkException">Something is caught then already.</exception>
    internal async Task PrepareAsync(CancellationToken cancellationToken)
    {
        foreach (MutantRun run in runs)
        {
            (Verdict verdict, string output) = await run.CalibrateAsync(cancellationToken);
            if (verdict.CaughtBy is not null)
            {
                throw new BenchmarkException($"{name} without a mutant: expected that everything holds, got {verdict.CaughtBy}; mend it first\n{output}");
            }

            Seconds += verdict.Seconds;
        }
    }

    /// <summary>Runs with a mutant until something catches it.</summary>
    internal async Task<Verdict> TryAsync(int mutant, CancellationToken cancellationToken)
    {
        double seconds = 0;
        foreach (MutantRun run in runs)
        {
            Verdict verdict = await run.TryAsync(mutant, cancellationToken);
            seconds += verdict.Seconds;
            if (verdict.CaughtBy is not null)
            {
                return verdict with { Seconds = seconds };
            }
        }

        return new Verdict(null, seconds);
    }

    private static bool IsFailedCheck(string line) => line.StartsWith("FAILED", StringComparison.Ordinal);

    private static bool IsFailedTest(string line) => line.EndsWith(" [FAIL]", StringComparison.Ordinal);
}
