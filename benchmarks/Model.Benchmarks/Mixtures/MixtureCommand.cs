using System.CommandLine;
using S2M.Model.Benchmarks.Images;
using S2M.Model.Benchmarks.Rounds;

namespace S2M.Model.Benchmarks.Mixtures;

/// <summary>The <c>mixture</c> command.</summary>
internal static class MixtureCommand
{
    private const int RecipeBatch = 300;

    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        Option<ClockKind> kind = BenchmarkOptions.ClockOption();
        return new BenchmarkOptions("mixture", rounds: 20).Create(
            "The fit of a mixture and the gradient through it: implicit, unrolled, and by the dense system in parameters; the step with mixtures.",
            (path, rounds, result) =>
            {
                using BenchmarkImages images = BenchmarkImages.Open(path, RecipeBatch);
                return new MixtureBenchmark(new Clock(result.GetValue(kind), TimeProvider.System)).Run(images, rounds);
            },
            kind);
    }
}
