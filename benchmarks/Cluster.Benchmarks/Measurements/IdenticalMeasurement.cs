using System.CommandLine;
using S2M.Cluster.Benchmarks.Simulation;

namespace S2M.Cluster.Benchmarks.Measurements;

/// <summary>The same final parameters, bit for bit, whatever the number of workers and whatever happens to them.</summary>
internal static class IdenticalMeasurement
{
    private const int Episodes = 8;

    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        Option<int> steps = Measurement.Number("--steps", "Steps of the job.", 200);
        Option<string?> broken = new("--break")
        {
            Description = "A mistake that is made on purpose and must be found: episodes added in the order in which they arrive, or one of them twice.",
            HelpName = "arrival-order|double-count",
        };
        broken.AcceptOnlyFromAmong("arrival-order", "double-count");
        return Measurement.Create(
            "identical",
            "One hash of the final parameters: in process, and on 1, 2, 4 and 7 real workers with kills, joins, hangs, a killed coordinator and a job that moves to another silo.",
            async (result, samples) =>
            {
                var scenes = new IdenticalScenes(result.GetValue(steps), Episodes, samples);
                await (result.GetValue(broken) switch
                {
                    "arrival-order" => scenes.BrokenAsync(Break.ArrivalOrder),
                    "double-count" => scenes.BrokenAsync(Break.DoubleCount),
                    _ => scenes.RunAsync(),
                });
            },
            steps,
            broken);
    }
}
