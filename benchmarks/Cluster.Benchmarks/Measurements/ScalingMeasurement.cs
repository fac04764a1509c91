using System.CommandLine;
using S2M.Cluster.Benchmarks.Processes;
using S2M.Model.Benchmarks.Reports;
using S2M.Model.Benchmarks.Rounds;
using S2M.Protos.V1;

namespace S2M.Cluster.Benchmarks.Measurements;

/// <summary>
/// Two one-thread workers through the service against two loops in processes of their own that know nothing of each other, one pinned to each core. All of them live through
/// the whole measurement, so that what the runtime compiles at first is behind them, and take turns: whose turn it is not is stopped. A machine that is quicker in one minute
/// than in the next is so for both.
/// </summary>
internal static class ScalingMeasurement
{
    private const double Reach = 0.95;
    private const int Episodes = 8;
    private const int CheckpointEvery = 8;

    // Of each turn of the service: workers that were stopped come back, and shares begin to go ahead.
    private const int NotCounted = 16;

    // Before the first pair: the runtime compiles what is called often once more.
    private const int WarmUp = 64;

    private const int Endless = 1_000_000;

    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        Option<int> rounds = Measurement.Number("--rounds", "Pairs of turns.", 6);
        Option<int> turns = Measurement.Number("--steps", $"Steps of a turn that count, rounded up to a multiple of {CheckpointEvery}.", 40);
        return Measurement.Create(
            "scaling",
            "Episodes a second of two workers through the service, over those of two unconnected loops; each pinned to one of two cores.",
            async (result, samples) =>
            {
                int steps = (result.GetValue(turns) + CheckpointEvery - 1) / CheckpointEvery * CheckpointEvery;
                samples.Settings["job"] = $"conv-4, 30 classes x 10 images, {Episodes} episodes a step, {steps} steps of a turn; unconnected loops make half of the episodes each";
                string folder = Directory.CreateTempSubdirectory("s2m-cluster-").FullName;
                try
                {
                    await MeasureAsync(folder, result.GetValue(rounds), steps, samples);
                }
                finally
                {
                    Directory.Delete(folder, recursive: true);
                }

                double[] ratios = Ratios.PerPair(samples.Of("service"), samples.Of("unconnected loops"));
                samples.Comparisons.Add(new Comparison("service / unconnected loops", "service", "unconnected loops", ratios));
                samples.Promise("scaling", ratios, "x unconnected", Bound.AtLeast, Reach);
            },
            rounds,
            turns);
    }

    private static async Task MeasureAsync(string folder, int rounds, int steps, Samples samples)
    {
        string[] endless = Settings(Endless, Episodes / 2);
        await using UnconnectedLoop first = UnconnectedLoop.Start(0, Path.Combine(folder, "0"), endless, CheckpointEvery);
        await using UnconnectedLoop second = UnconnectedLoop.Start(1, Path.Combine(folder, "1"), endless, CheckpointEvery);
        UnconnectedLoop[] loops = [first, second];
        await UnconnectedLoop.RunAsync(loops, WarmUp);

        await using var service = new Service();
        await service.StartCoordinatorAsync();
        ServiceProcess[] workers = await Task.WhenAll(service.StartWorkerAsync(core: 0), service.StartWorkerAsync(core: 1));
        ServiceProcess[] processes = [service.Coordinators[0].Process, .. workers];
        await ServeAsync(service, WarmUp);
        for (int round = 0; round < rounds; round++)
        {
            Array.ForEach(processes, static process => process.Signal(ServiceProcess.Stop));
            double[] seconds = await UnconnectedLoop.RunAsync(loops, steps);
            samples.Add("unconnected loops", "episodes/s", seconds.Sum(each => steps * (Episodes / 2) / each));
            Array.ForEach(processes, static process => process.Signal(ServiceProcess.Continue));
            samples.Add("service", "episodes/s", steps * Episodes / await ServeAsync(service, steps));
        }
    }

    /// <summary>A job of its own through the service.</summary>
    /// <returns>Seconds of the last so many steps.</returns>
    private static async Task<double> ServeAsync(Service service, int steps)
    {
        Job job = await service.SubmitAsync(Settings(NotCounted + steps, Episodes));
        await new JobWatch(service.Client, job.JobId).SucceedAsync();
        return new CheckpointTimes(service[Path.Combine("state", "jobs", job.JobId)]).Between(NotCounted, NotCounted + steps);
    }

    private static string[] Settings(int steps, int episodes) => BenchmarkJob.Settings(
        steps, episodes, "episode.classes=30", "episode.images_per_class=10", "split.train=60", $"training.checkpoint_every={CheckpointEvery}", $"training.keep.every={CheckpointEvery}");
}
