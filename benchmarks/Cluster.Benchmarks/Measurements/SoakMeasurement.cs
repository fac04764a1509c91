using System.CommandLine;
using System.Globalization;
using S2M.Cluster.Benchmarks.Processes;
using S2M.Model.Benchmarks.Reports;
using S2M.Protos.V1;

namespace S2M.Cluster.Benchmarks.Measurements;

/// <summary>Many steps with jobs that come and go: what the coordinator's memory and handles do.</summary>
internal static class SoakMeasurement
{
    private const double ReachMegabytes = 1;

    // Steps between two looks: memory rises and falls by a fifth between collections, and only many looks see beyond that.
    private const int Every = 50;

    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        Option<int> steps = Measurement.Number("--steps", "Steps in all; the first quarter, in which memory settles, is not counted.", 30_000);
        Option<int> job = Measurement.Number("--job", "Steps of a job; the next one begins when it ends.", 500);
        return Measurement.Create(
            "soak",
            "The slope of the coordinator's memory over thousands of steps of jobs that come and go, simulated workers over real sockets.",
            async (result, samples) =>
            {
                samples.Settings["workers"] = "4 simulated (one process, real sockets, no waiting), 16 episodes a step, gradients of conv-4";
                await using var service = new Service();
                await service.StartCoordinatorAsync();
                await service.SimulateAsync("--workers", "4", "--delay", "0");
                ServiceProcess coordinator = service.Coordinators[0].Process;
                int perJob = result.GetValue(job);
                void Look()
                {
                    samples.Add("memory of the coordinator", "MB", coordinator.Bytes / 1e6);
                    samples.Add("handles of the coordinator", "handles", coordinator.Handles);
                }

                for (int done = 0; done < result.GetValue(steps); done += perJob)
                {
                    Job one = await service.SubmitAsync(BenchmarkJob.Settings(perJob, 16, string.Create(CultureInfo.InvariantCulture, $"training.seed={done + 1}")));
                    var watch = new JobWatch(service.Client, one.JobId);
                    for (int step = Every; step < perJob; step += Every)
                    {
                        await watch.StepAsync(step);
                        Look();
                    }

                    await watch.SucceedAsync();
                    Look();
                }

                // The first jobs fill caches, pools and compiled code.
                int warm = samples.Of("memory of the coordinator").Count / 4;
                double[] memory = [.. samples.Of("memory of the coordinator").Skip(warm)];
                double[] handles = [.. samples.Of("handles of the coordinator").Skip(warm)];
                samples.Figures.Add(new Figure("handles", Slope(handles) / Every * 1000, "more for each 1,000 steps", Bound.AtMost, 1));
                samples.Figures.Add(new Figure("soak", Slope(memory) / Every * 1000, "MB more for each 1,000 steps", Bound.AtMost, ReachMegabytes));
            },
            steps,
            job);
    }

    // Theil and Sen's: the median of all slopes between two points, which a single peak does not move.
    private static double Slope(double[] values)
        => S2M.Model.Benchmarks.Rounds.Ratios.Median([.. Enumerable.Range(0, values.Length)
            .SelectMany(first => Enumerable.Range(first + 1, values.Length - first - 1).Select(second => (values[second] - values[first]) / (second - first))).DefaultIfEmpty(0)]);
}
