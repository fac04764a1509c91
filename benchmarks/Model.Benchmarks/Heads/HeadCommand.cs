using System.CommandLine;
using S2M.Model.Benchmarks.Images;
using S2M.Model.Benchmarks.Rounds;

namespace S2M.Model.Benchmarks.Heads;

/// <summary>The <c>head</c> command.</summary>
internal static class HeadCommand
{
    private const int RecipeBatch = 300;

    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        Option<ClockKind> kind = BenchmarkOptions.ClockOption();
        return new BenchmarkOptions("head", rounds: 20).Create(
            "The head of a group: fit, scores, loss and backward pass, per shot count of the recipe.",
            (path, rounds, result) =>
            {
                using BenchmarkImages images = BenchmarkImages.Open(path, RecipeBatch);
                return new HeadBenchmark(new Clock(result.GetValue(kind), TimeProvider.System)).Run(images, rounds);
            },
            kind);
    }
}
