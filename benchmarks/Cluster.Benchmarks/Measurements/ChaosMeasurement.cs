using System.CommandLine;
using S2M.Cluster.Benchmarks.Chaos;
using S2M.Integration.Tests.Chaos;

namespace S2M.Cluster.Benchmarks.Measurements;

/// <summary>Jobs one after the other on a cluster to which everything happens at once, for as long as one likes.</summary>
internal static class ChaosMeasurement
{
    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        Option<int> minutes = Measurement.Number("--minutes", "No job begins after so many; the one in hand comes to its end.", 10);
        Option<int> seed = Measurement.Number("--seed", "Chooses what happens, to whom, when and for how long.", 1);
        Option<int> steps = Measurement.Number("--steps", "Steps of a job.", 300);
        Option<int> pause = Measurement.Number("--pause", "Seconds between the beginnings of two faults, at most. With longer pauses processes grow older.", 4);
        return Measurement.Create(
            "chaos",
            "The parameters of one process, every episode counted once and bounded memory, while coordinators, workers, their connections and their database come and go.",
            async (result, samples) =>
            {
                var options = new ChaosOptions
                {
                    Seed = (ulong)result.GetValue(seed),
                    Duration = TimeSpan.MaxValue,
                    LongestPause = TimeSpan.FromSeconds(Math.Max(1, result.GetValue(pause))),
                };
                await new ChaosRun(options, TimeSpan.FromMinutes(result.GetValue(minutes)), result.GetValue(steps), samples).RunAsync();
            },
            minutes,
            seed,
            steps,
            pause);
    }
}
