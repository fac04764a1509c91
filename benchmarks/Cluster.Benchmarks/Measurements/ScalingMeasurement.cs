using System.CommandLine;
using S2M.Cluster.Benchmarks.Processes;
using S2M.Model.Benchmarks.Reports;
using S2M.Model.Benchmarks.Rounds;
using S2M.Protos.V1;

namespace S2M.Cluster.Benchmarks.Measurements;

/// <summary>Two one-thread workers through the service against two loops in processes of their own that know nothing of each other, one pinned to each core.</summary>
internal static class ScalingMeasurement
{
    private const double Reach = 0.95;
    private const int Episodes = 8;

    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        Option<int> rounds = Measurement.Number("--rounds", "Pairs of runs.", 3);
        Option<int> steps = Measurement.Number("--steps", "Steps of a run.", 40);
        return Measurement.Create(
            "scaling",
            "Episodes a second of two workers through the service, over those of two unconnected loops; each pinned to one of two cores.",
            async (result, samples) =>
            {
                samples.Settings["job"] = $"conv-4, 30 classes x 10 images, {Episodes} episodes a step, {result.GetValue(steps)} steps; unconnected loops make half of the episodes each";
                for (int round = 0; round < result.GetValue(rounds); round++)
                {
                    samples.Add("unconnected loops", "episodes/s", await UnconnectedAsync(result.GetValue(steps)));
                    samples.Add("service", "episodes/s", await ServiceAsync(result.GetValue(steps)));
                }

                double[] ratios = Ratios.PerPair(samples.Of("service"), samples.Of("unconnected loops"));
                samples.Comparisons.Add(new Comparison("service / unconnected loops", "service", "unconnected loops", ratios));
                samples.Promise("scaling", ratios, "x unconnected", Bound.AtLeast, Reach);
            },
            rounds,
            steps);
    }

    private static string[] Settings(int steps, int episodes) => BenchmarkJob.Settings(
        steps, episodes, "episode.classes=30", "episode.images_per_class=10", "split.train=60");

    private static async Task<double> ServiceAsync(int steps)
    {
        await using var service = new Service();
        await service.StartCoordinatorAsync();
        await Task.WhenAll(service.StartWorkerAsync(core: 0), service.StartWorkerAsync(core: 1));
        Job job = await service.SubmitAsync(Settings(steps, Episodes));
        return steps * Episodes / await new JobWatch(service.Client, job.JobId).TrainingSecondsAsync();
    }

    private static async Task<double> UnconnectedAsync(int steps)
    {
        string folder = Directory.CreateTempSubdirectory("s2m-cluster-").FullName;
        try
        {
            LocalRun[] runs = await Task.WhenAll(Enumerable.Range(0, 2).Select(core => LocalRun.TrainAsync(core, Path.Combine(folder, $"{core}"), Settings(steps, Episodes / 2))));
            return steps * Episodes / runs.Max(static run => run.TrainingSeconds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
