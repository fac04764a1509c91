using S2M.Model.Benchmarks;
using S2M.Mutation.Benchmarks.Copies;

namespace S2M.Mutation.Benchmarks.Runs;

/// <summary>A way to catch mutants.</summary>
/// <param name="name">What it is called.</param>
/// <param name="run">What is run with each.</param>
internal sealed class Suite(string name, MutantRun run)
{
    // They alone lead through the adjoint; the other kinds would cost as much again for each mutant that is not caught.
    private const string Kind = "mixture";
    private static readonly string[] Namespaces = ["S2M.Model.Tests.ImplicitDifferentiation", "S2M.Model.Tests.Mixture"];

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

    /// <summary>The model's tests of the mutated folders, up to the first that fails.</summary>
    internal static Suite Tests(WorkingCopy copy)
    {
        string program = copy.Program("tests/Model.Tests", "S2M.Model.Tests.dll");
        string[] arguments = [program, "-noLogo", "-noColor", "-stopOnFail", .. Namespaces.SelectMany(static one => new[] { "-namespace", one })];
        return new Suite("tests", new MutantRun(copy, arguments, IsFailedTest));
    }

    /// <summary>Runs without a mutant.</summary>
    /// <exception cref="BenchmarkException">Something is caught then already.</exception>
    internal async Task PrepareAsync(CancellationToken cancellationToken)
    {
        (Verdict verdict, string output) = await run.CalibrateAsync(cancellationToken);
        if (verdict.CaughtBy is not null)
        {
            throw new BenchmarkException($"{name} without a mutant: expected that everything holds, got {verdict.CaughtBy}; mend it first\n{output}");
        }

        Seconds = verdict.Seconds;
    }

    /// <summary>Runs with a mutant.</summary>
    internal Task<Verdict> TryAsync(int mutant, CancellationToken cancellationToken) => run.TryAsync(mutant, cancellationToken);

    private static bool IsFailedCheck(string line) => line.StartsWith("FAILED", StringComparison.Ordinal);

    private static bool IsFailedTest(string line) => line.EndsWith(" [FAIL]", StringComparison.Ordinal);
}
