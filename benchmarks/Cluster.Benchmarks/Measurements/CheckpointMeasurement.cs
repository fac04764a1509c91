using System.CommandLine;
using System.Globalization;
using S2M.Cluster.Benchmarks.Processes;
using S2M.Model.Benchmarks.Reports;
using S2M.Model.Benchmarks.Rounds;
using S2M.Protos.V1;

namespace S2M.Cluster.Benchmarks.Measurements;

/// <summary>What checkpoints cost: the time of a run that keeps one every so many steps, against one that keeps only its last.</summary>
internal static class CheckpointMeasurement
{
    private const double Reach = 3.5;

    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        Option<int> rounds = Measurement.Number("--rounds", "Pairs of runs.", 5);
        Option<int> steps = Measurement.Number("--steps", "Steps of a run.", 100);
        Option<int> every = Measurement.Number("--every", "Steps between checkpoints; the default of the quickstart job is 50.", 50);
        return Measurement.Create(
            "checkpoint",
            "The share of step time that checkpoints take at an interval, conv-4 on one real worker.",
            async (result, samples) =>
            {
                samples.Settings["job"] = $"conv-4, 10 classes x 13 images, 4 episodes a step, {result.GetValue(steps)} steps, a checkpoint every {result.GetValue(every)}";
                for (int round = 0; round < result.GetValue(rounds); round++)
                {
                    foreach ((string name, int interval) in new[] { ("without", result.GetValue(steps)), ("with checkpoints", result.GetValue(every)) })
                    {
                        samples.Add(name, "s", await RunAsync(result.GetValue(steps), interval));
                    }
                }

                double[] shares = [.. Ratios.PerPair(samples.Of("with checkpoints"), samples.Of("without")).Select(static ratio => 100 * (ratio - 1))];
                samples.Comparisons.Add(new Comparison("checkpoints' share of step time, percent", "with checkpoints", "without", shares));
                samples.Promise("checkpoint", shares, "% of step time", Bound.AtMost, Reach);
            },
            rounds,
            steps,
            every);
    }

    private static async Task<double> RunAsync(int steps, int every)
    {
        await using var service = new Service();
        await service.StartCoordinatorAsync();
        await service.StartWorkerAsync();
        Job job = await service.SubmitAsync(BenchmarkJob.Settings(steps, 4, string.Create(CultureInfo.InvariantCulture, $"training.checkpoint_every={every}")));
        return await new JobWatch(service.Client, job.JobId).TrainingSecondsAsync();
    }
}
