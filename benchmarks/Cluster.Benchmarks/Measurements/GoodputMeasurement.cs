using System.CommandLine;
using S2M.Cluster.Benchmarks.Processes;
using S2M.Model.Benchmarks.Reports;
using S2M.Model.Benchmarks.Rounds;
using S2M.Protos.V1;

namespace S2M.Cluster.Benchmarks.Measurements;

/// <summary>Steps of a job in a minute in which a worker is killed and another one started, against those of a minute without: real workers, real storage.</summary>
internal static class GoodputMeasurement
{
    private const int Episodes = 8;
    private const int Warm = 20;

    // More than any run comes to: it is cancelled.
    private const int Steps = 1_000_000;

    private const string Quiet = "steps a second, undisturbed";
    private const string Killed = "steps a second, a worker killed";

    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        Option<int> rounds = Measurement.Number("--rounds", "Pairs of minutes.", 3);
        Option<int> seconds = Measurement.Number("--seconds", "Length of each of the two, in seconds.", 60);
        return Measurement.Create(
            "goodput",
            "Steps of a job while one of its two workers is killed every minute and replaced at once, against the same job in peace.",
            async (result, samples) =>
            {
                samples.Settings["job"] = $"conv-4, 10 classes x 13 images, {Episodes} episodes a step; two real workers of one thread, SQLite; who is killed is replaced at once";
                await MeasureAsync(samples, result.GetValue(rounds), TimeSpan.FromSeconds(result.GetValue(seconds)));
                double[] ratios = [.. Ratios.PerPair(samples.Of(Killed), samples.Of(Quiet))];
                samples.Comparisons.Add(new Comparison("a kill a minute / undisturbed", Killed, Quiet, ratios));
                samples.Promise("goodput", ratios, "of the undisturbed steps", Bound.AtLeast, 0.95);
            },
            rounds,
            seconds);
    }

    private static async Task MeasureAsync(Samples samples, int rounds, TimeSpan span)
    {
        await using var service = new Service();
        await service.StartCoordinatorAsync();
        ServiceProcess older = await service.StartWorkerAsync();
        ServiceProcess newer = await service.StartWorkerAsync();
        Job job = await service.SubmitAsync(BenchmarkJob.Settings(Steps, Episodes));
        var watch = new JobWatch(service.Client, job.JobId);
        await watch.StepAsync(Warm);
        for (int round = 0; round < rounds; round++)
        {
            samples.Add(Quiet, "1/s", await RateAsync(watch, span));
            await older.KillAsync();
            Task<ServiceProcess> next = service.StartWorkerAsync();
            samples.Add(Killed, "1/s", await RateAsync(watch, span));
            (older, newer) = (newer, await next);
        }

        await service.Client.Jobs.CancelAsync(job.JobId);
        await watch.End;
    }

    // From one step that is seen to another.
    private static async Task<double> RateAsync(JobWatch watch, TimeSpan span)
    {
        int first = watch.Step;
        long begun = await watch.StepAsync(first);
        await Task.Delay(span - TimeProvider.System.GetElapsedTime(begun));
        int last = watch.Step + 1;
        long ended = await watch.StepAsync(last);
        return (last - first) / Measurement.Seconds(begun, ended);
    }
}
