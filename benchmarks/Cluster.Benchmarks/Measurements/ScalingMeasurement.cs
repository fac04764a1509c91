using System.CommandLine;
using S2M.Cluster.Benchmarks.Processes;
using S2M.Model.Benchmarks;
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
    private const int WarmUp = 128;

    // Below it a worker had no part in its turn, which tells of something else than scaling.
    private const double LeastPart = 0.3;

    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        Option<int> rounds = Measurement.Number("--rounds", "Pairs of turns.", 6);
        Option<int> counted = Measurement.Number("--steps", $"Steps of a turn that count, rounded up to a multiple of {CheckpointEvery}.", 40);
        return Measurement.Create(
            "scaling",
            "Episodes a second of two workers through the service, over those of two unconnected loops; each pinned to one of two cores.",
            async (result, samples) =>
            {
                int steps = (result.GetValue(counted) + CheckpointEvery - 1) / CheckpointEvery * CheckpointEvery;
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
            counted);
    }

    private static async Task MeasureAsync(string folder, int rounds, int steps, Samples samples)
    {
        // More than is needed, and an end: nobody stops them where this program is killed.
        string[] settings = Settings(2 * (WarmUp + (rounds * (steps + (4 * CheckpointEvery)))), Episodes / 2);
        await using UnconnectedLoop first = UnconnectedLoop.Start(0, Path.Combine(folder, "0"), settings, CheckpointEvery);
        await using UnconnectedLoop second = UnconnectedLoop.Start(1, Path.Combine(folder, "1"), settings, CheckpointEvery);
        UnconnectedLoop[] loops = [first, second];
        await UnconnectedLoop.RunAsync(loops, WarmUp);

        await using var service = new Service();
        await service.StartCoordinatorAsync();
        ServiceProcess[] workers = await Task.WhenAll(service.StartWorkerAsync(core: 0), service.StartWorkerAsync(core: 1));
        ServiceProcess[] processes = [service.Coordinators[0].Process, .. workers];
        await ServeAsync(service, WarmUp);
        IReadOnlyDictionary<string, long> shares = await SharesAsync(service);
        Array.ForEach(processes, static process => process.Signal(ServiceProcess.Stop));
        for (int round = 0; round < rounds; round++)
        {
            // Neither side is always the first of a pair.
            if (round % 2 == 0)
            {
                await LoopsAsync(loops, steps, samples);
                shares = await ServiceAsync(service, processes, steps, shares, samples);
            }
            else
            {
                shares = await ServiceAsync(service, processes, steps, shares, samples);
                await LoopsAsync(loops, steps, samples);
            }
        }
    }

    private static async Task LoopsAsync(UnconnectedLoop[] loops, int steps, Samples samples)
    {
        double[] seconds = await UnconnectedLoop.RunAsync(loops, steps);
        samples.Add("unconnected loops", "episodes/s", seconds.Sum(each => steps * (Episodes / 2) / each));
    }

    private static async Task<IReadOnlyDictionary<string, long>> ServiceAsync(
        Service service, ServiceProcess[] processes, int steps, IReadOnlyDictionary<string, long> before, Samples samples)
    {
        Array.ForEach(processes, static process => process.Signal(ServiceProcess.Continue));
        samples.Add("service", "episodes/s", steps * Episodes / await ServeAsync(service, steps));
        IReadOnlyDictionary<string, long> after = await SharesAsync(service);
        Array.ForEach(processes, static process => process.Signal(ServiceProcess.Stop));

        double[] done = [.. after.Select(worker => (double)(worker.Value - before.GetValueOrDefault(worker.Key)))];
        return done.Length == 2 && done.Min() >= LeastPart * done.Sum()
            ? after
            : throw new BenchmarkException($"turn of the service: expected that both workers had their part in it, got shares {string.Join(" and ", done)}");
    }

    /// <summary>A job of its own through the service.</summary>
    /// <returns>Seconds of the last so many steps.</returns>
    private static async Task<double> ServeAsync(Service service, int steps)
    {
        Job job = await service.SubmitAsync(Settings(NotCounted + steps, Episodes));
        var watch = new JobWatch(service.Client, job.JobId);
        await watch.SucceedAsync();
        foreach (LogLine line in watch.Lines.Where(static line => line.Level >= LogLevel.Warning))
        {
            await Console.Error.WriteLineAsync($"job {job.JobId}: {line.Message}");
        }

        return new CheckpointTimes(service[Path.Combine("state", "jobs", job.JobId)]).Between(NotCounted, NotCounted + steps);
    }

    private static async Task<IReadOnlyDictionary<string, long>> SharesAsync(Service service)
        => (await service.Client.Workers.ListAsync(includeGone: true)).ToDictionary(static worker => worker.WorkerId, static worker => worker.Shares, StringComparer.Ordinal);

    private static string[] Settings(int steps, int episodes) => BenchmarkJob.Settings(
        steps, episodes, "episode.classes=30", "episode.images_per_class=10", "split.train=60", $"training.checkpoint_every={CheckpointEvery}", $"training.keep.every={CheckpointEvery}");
}
