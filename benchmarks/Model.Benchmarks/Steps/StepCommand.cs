using System.CommandLine;
using S2M.Model.Benchmarks.Images;
using S2M.Model.Benchmarks.Rounds;

namespace S2M.Model.Benchmarks.Steps;

/// <summary>The <c>step</c> command.</summary>
internal static class StepCommand
{
    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        var steps = new Option<int>("--steps") { Description = "Steps of each kind in a round.", DefaultValueFactory = _ => 4 };
        var batch = new Option<int>("--batch") { Description = "Images of a step, a multiple of 10.", DefaultValueFactory = _ => 300 };
        var python = new Option<string>("--python") { Description = "The interpreter that has PyTorch.", DefaultValueFactory = _ => "/usr/bin/python3" };
        Option<ClockKind> kind = BenchmarkOptions.ClockOption();
        return new BenchmarkOptions("step", rounds: 12).Create(
            "The worker's step on one thread against the embedding alone (what the head costs) and against PyTorch (how fast the step is).",
            (path, rounds, result) =>
            {
                if (result.GetValue(steps) < 1)
                {
                    throw new BenchmarkException($"--steps: expected at least 1, got {result.GetValue(steps)}");
                }

                using BenchmarkImages images = BenchmarkImages.Open(path, result.GetValue(batch));
                return new StepBenchmark(new Clock(result.GetValue(kind), TimeProvider.System)).Run(images, rounds, result.GetValue(steps), result.GetValue(python)!);
            },
            steps,
            batch,
            python,
            kind);
    }
}
