using System.CommandLine;
using System.Globalization;
using S2M.Cluster.Benchmarks.Processes;
using S2M.Model.Benchmarks.Reports;
using S2M.Model.Benchmarks.Rounds;
using S2M.Protos.V1;

namespace S2M.Cluster.Benchmarks.Measurements;

/// <summary>One of four workers is ten times slower: what a step costs then, beside what the capacity that is left would need.</summary>
internal static class StragglerMeasurement
{
    private const int Workers = 4;
    private const int Warm = 3;

    // Three whole workers and a tenth of one.
    private const double Ideal = 4 / 3.1;
    private const double Reach = 1.15;

    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        Option<int> rounds = Measurement.Number("--rounds", "Pairs of a healthy and a slow run.", 3);
        Option<int> steps = Measurement.Number("--steps", "Steps of a run; the first three are not counted.", 15);
        Option<int> episodes = Measurement.Number("--episodes", "Episodes of a step.", 64);
        Option<int> delay = Measurement.Number("--delay", "Milliseconds of an episode on a healthy worker.", 50);
        return Measurement.Create(
            "straggler",
            "Four simulated workers, one of them ten times slower, against four that are alike.",
            async (result, samples) =>
            {
                samples.Settings["workers"] =
                    $"{Workers} simulated (one process, real sockets, computing by waiting), 16 shares a step of {result.GetValue(episodes)} episodes, {result.GetValue(delay)} ms an episode";
                for (int round = 0; round < result.GetValue(rounds); round++)
                {
                    foreach ((string name, int slow) in new[] { ("healthy step", 0), ("step with a straggler", 1) })
                    {
                        samples.Add(name, "s", await StepAsync(result.GetValue(steps), result.GetValue(episodes), result.GetValue(delay), slow));
                    }
                }

                double[] ratios = [.. Ratios.PerPair(samples.Of("step with a straggler"), samples.Of("healthy step")).Select(static ratio => ratio / Ideal)];
                samples.Comparisons.Add(new Comparison("step / ideal for the capacity that is left", "step with a straggler", "4/3.1 x healthy step", ratios));
                samples.Promise("straggler", ratios, "x the ideal", Bound.AtMost, Reach);
            },
            rounds,
            steps,
            episodes,
            delay);
    }

    private static async Task<double> StepAsync(int steps, int episodes, int delay, int slow)
    {
        await using var service = new Service();
        await service.StartCoordinatorAsync();
        string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
        await service.SimulateAsync("--workers", Text(Workers), "--delay", Text(delay), "--slow", Text(slow));
        Job job = await service.SubmitAsync(BenchmarkJob.Settings(steps, episodes));
        var watch = new JobWatch(service.Client, job.JobId);
        long first = await watch.StepAsync(Warm);
        int begun = watch.Step;
        long last = await watch.StepAsync(steps);
        await watch.SucceedAsync();
        return Measurement.Seconds(first, last) / (steps - begun);
    }
}
