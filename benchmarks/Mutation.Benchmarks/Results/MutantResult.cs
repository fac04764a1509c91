using S2M.Mutation.Benchmarks.Mutants;
using S2M.Mutation.Benchmarks.Runs;

namespace S2M.Mutation.Benchmarks.Results;

/// <summary>What is known of a mutant.</summary>
/// <param name="Mutant">The mutant.</param>
/// <param name="SelfTest">What the self-test said; null where it was not run.</param>
/// <param name="Tests">What the tests said; null where they were not run, as where the self-test caught it.</param>
/// <param name="EquivalentBecause">Why nothing can catch it; null where something should.</param>
internal sealed record MutantResult(Mutant Mutant, Verdict? SelfTest, Verdict? Tests, string? EquivalentBecause)
{
    /// <summary>Whether it counts: an equivalent mutant that is caught all the same was none.</summary>
    internal bool Counts => EquivalentBecause is null || IsCaught == true;

    /// <summary>Whether the self-test caught it; null where it was not run.</summary>
    internal bool? IsCaughtBySelfTest => SelfTest is null ? null : SelfTest.CaughtBy is not null;

    /// <summary>Whether the self-test or a test caught it; null where that is not known.</summary>
    internal bool? IsCaught => (SelfTest, Tests) switch
    {
        ({ CaughtBy: not null }, _) or (_, { CaughtBy: not null }) => true,
        (not null, not null) => false,
        _ => null,
    };
}
