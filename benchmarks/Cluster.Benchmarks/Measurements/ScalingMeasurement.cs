using System.CommandLine;
using System.Globalization;
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

    // A third of the steps is not counted: the runtime compiles what is called often once more, which takes from the cores and is nothing of a job that lasts.
    private const int Checkpoints = 3;

    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        Option<int> rounds = Measurement.Number("--rounds", "Pairs of runs.", 3);
        Option<int> steps = Measurement.Number("--steps", "Steps of a run; the first third is not counted.", 180);
        return Measurement.Create(
            "scaling",
            "Episodes a second of two workers through the service, over those of two unconnected loops; each pinned to one of two cores.",
            async (result, samples) =>
            {
                int count = result.GetValue(steps);
                samples.Settings["job"] = $"conv-4, 30 classes x 10 images, {Episodes} episodes a step, steps {count / Checkpoints} to {count}; unconnected loops make half of the episodes each";
                for (int round = 0; round < result.GetValue(rounds); round++)
                {
                    samples.Add("unconnected loops", "episodes/s", await UnconnectedAsync(count));
                    samples.Add("service", "episodes/s", await ServiceAsync(count));
                }

                double[] ratios = Ratios.PerPair(samples.Of("service"), samples.Of("unconnected loops"));
                samples.Comparisons.Add(new Comparison("service / unconnected loops", "service", "unconnected loops", ratios));
                samples.Promise("scaling", ratios, "x unconnected", Bound.AtLeast, Reach);
            },
            rounds,
            steps);
    }

    private static string[] Settings(int steps, int episodes) => BenchmarkJob.Settings(
        steps, episodes, "episode.classes=30", "episode.images_per_class=10", "split.train=60", $"training.checkpoint_every={steps / Checkpoints}");

    private static async Task<double> ServiceAsync(int steps)
    {
        await using var service = new Service();
        await service.StartCoordinatorAsync();
        await Task.WhenAll(service.StartWorkerAsync(core: 0), service.StartWorkerAsync(core: 1));
        Job job = await service.SubmitAsync(Settings(steps, Episodes));
        await new JobWatch(service.Client, job.JobId).SucceedAsync();
        return Speed(service["state"], steps, Episodes);
    }

    private static async Task<double> UnconnectedAsync(int steps)
    {
        string folder = Directory.CreateTempSubdirectory("s2m-cluster-").FullName;
        try
        {
            string[] loops = [Path.Combine(folder, "0"), Path.Combine(folder, "1")];
            await Task.WhenAll(loops.Select((loop, core) => LocalRun.TrainAsync(core, loop, Settings(steps, Episodes / 2))));
            return loops.Sum(loop => Speed(loop, steps, Episodes / 2));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Episodes a second between two checkpoints, by when their files were written.
    private static double Speed(string folder, int steps, int episodes)
    {
        DateTime At(int step)
        {
            string checkpoint = Directory.GetDirectories(folder, string.Create(CultureInfo.InvariantCulture, $"step-{step:D6}"), SearchOption.AllDirectories).Single();
            return Directory.GetFiles(checkpoint).Max(File.GetLastWriteTimeUtc);
        }

        int first = steps / Checkpoints;
        return (steps - first) * episodes / (At(steps) - At(first)).TotalSeconds;
    }
}
