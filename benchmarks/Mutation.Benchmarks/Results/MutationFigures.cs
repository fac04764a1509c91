using S2M.Model.Benchmarks.Reports;

namespace S2M.Mutation.Benchmarks.Results;

/// <summary>The figures: shares of mutants that are caught.</summary>
internal static class MutationFigures
{
    private const double AdjointReach = 90;

    /// <summary>Computes them; a share is measured once every mutant that counts has a verdict.</summary>
    internal static IReadOnlyList<Figure> Of(IReadOnlyList<MutantResult> results)
    {
        MutantResult[] ofAdjoint = [.. results.Where(static one => one.Mutant.IsOfAdjoint)];
        return
        [
            new Figure("mutants of fit and adjoint that selftest or tests catch", Share(results, static one => one.IsCaught), "%", Bound.None, 0),
            new Figure("mutants of the adjoint that selftest alone catches", Share(ofAdjoint, static one => one.IsCaughtBySelfTest), "%", Bound.AtLeast, AdjointReach),
        ];
    }

    /// <summary>The share in percent.</summary>
    /// <returns>Null where there is none, or a verdict is missing.</returns>
    private static double? Share(IReadOnlyList<MutantResult> results, Func<MutantResult, bool?> isCaught)
    {
        bool?[] verdicts = [.. results.Where(static one => one.Counts).Select(isCaught)];
        return verdicts.Length == 0 || verdicts.Contains(null) ? null : 100.0 * verdicts.Count(static verdict => verdict == true) / verdicts.Length;
    }
}
