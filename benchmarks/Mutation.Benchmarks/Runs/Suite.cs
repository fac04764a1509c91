using S2M.Model.Benchmarks;
using S2M.Mutation.Benchmarks.Copies;

namespace S2M.Mutation.Benchmarks.Runs;

/// <summary>A way to catch mutants.</summary>
/// <param name="name">What it is called.</param>
/// <param name="runs">What is run with each, one after the other until one catches it.</param>
internal sealed class Suite(string name, params MutantRun[] runs)
{
    // They alone lead through the adjoint; the other kinds would cost as much again for each mutant that is not caught.
    private const string Kind = "mixture";
    private static readonly string[] Namespaces = ["S2M.Model.Tests.ImplicitDifferentiation", "S2M.Model.Tests.Mixture"];

    // They take most of the time, and catch little that the others do not.
    private static readonly string[] Long = ["S2M.Model.Tests.ImplicitDifferentiation.AdjointTests", "S2M.Model.Tests.Mixture.MixtureFitPropertyTests"];

    /// <summary>What it is called.</summary>
    internal string Name => name;

    /// <summary>How long it takes without a mutant; known after <see cref="PrepareAsync"/>.</summary>
    internal double Seconds { get; private set; }

    /// <summary>The self-test's checks of mixtures, of the copy.</summary>
    internal static Suite SelfTest(WorkingCopy copy)
    {
        string program = copy.Program("src/Local", "s2m-local.dll");
        return new Suite("selftest", new MutantRun(copy, [program, "selftest", "--only", Kind], IsFailedCheck));
    }

    /// <summary>The model's tests, up to the first that fails: of the mutated folders the short classes first, then the long ones; then all others.</summary>
    internal static Suite Tests(WorkingCopy copy)
    {
        string[] all = [copy.Program("tests/Model.Tests", "S2M.Model.Tests.dll"), "-noLogo", "-noColor", "-stopOnFail"];
        string[] shorter = [.. all, .. Namespaces.SelectMany(static one => new[] { "-namespace", one }), .. Long.SelectMany(static one => new[] { "-class-", one })];
        string[] longer = [.. all, .. Long.SelectMany(static one => new[] { "-class", one })];
        string[] others = [.. all, .. Namespaces.SelectMany(static one => new[] { "-namespace-", one })];
        return new Suite("tests", new MutantRun(copy, shorter, IsFailedTest), new MutantRun(copy, longer, IsFailedTest), new MutantRun(copy, others, IsFailedTest));
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

    /// <summary>Runs with a mutant what comes past it.</summary>
    internal async Task<Verdict> TryAsync(int mutant, CancellationToken cancellationToken)
    {
        double seconds = 0;
        foreach (MutantRun run in runs.Where(run => run.Reaches(mutant)))
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
