using System.CommandLine;
using System.Globalization;
using S2M.Cluster.Benchmarks.Processes;
using S2M.Cluster.Benchmarks.Simulation;
using S2M.Model.Benchmarks.Reports;
using S2M.Protos.V1;

namespace S2M.Cluster.Benchmarks.Measurements;

/// <summary>What a share costs the coordinator: shares for each second that its process computes, with conv-4's gradients and the pulls of parameters.</summary>
internal static class OverheadMeasurement
{
    private const double Reach = 500;

    // Until then the runtime compiles what is called often once more: a fifth of the time at first, and nothing of a job that lasts.
    private const int Warm = 100;

    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        Option<int> rounds = Measurement.Number("--rounds", "Runs.", 3);
        Option<int> workers = Measurement.Number("--workers", "Workers that compute.", 16);
        Option<int> episodes = Measurement.Number("--shares", "Shares, of one episode each, of a step.", 64);
        Option<int> steps = Measurement.Number("--steps", "Steps of a run; the first hundred are not counted.", 250);
        Option<int> connected = Measurement.Number("--connected", "Workers of the last run, which shows that so many can be connected; 0 for none.", 1000);
        return Measurement.Create(
            "overhead",
            "Shares for each CPU second of the coordinator, with simulated workers over real sockets.",
            async (result, samples) =>
            {
                samples.Settings["gradient"] = $"{SimulateCommand.Conv4} float32 (conv-4), one pull of as many for each worker and step";
                samples.Settings["workers"] = $"{result.GetValue(workers)} simulated (one process, real sockets, no waiting), {result.GetValue(episodes)} shares a step";
                for (int round = 0; round < result.GetValue(rounds); round++)
                {
                    samples.Add("shares", "/CPU s", await SharesAsync(result.GetValue(workers), result.GetValue(episodes), result.GetValue(steps), "0"));
                }

                int many = result.GetValue(connected);
                if (many > 0)
                {
                    samples.Add($"shares, {many} workers connected", "/CPU s", await SharesAsync(many, result.GetValue(episodes), result.GetValue(steps), "20"));
                    samples.Figures.Add(new Figure("workers connected", many, "workers", Bound.AtLeast, 1000));
                }

                samples.Promise("overhead", samples.Of("shares"), "shares/CPU s", Bound.AtLeast, Reach);
            },
            rounds,
            workers,
            episodes,
            steps,
            connected);
    }

    private static async Task<double> SharesAsync(int workers, int episodes, int steps, string delay)
    {
        await using var service = new Service();
        await service.StartCoordinatorAsync();
        await service.SimulateAsync("--workers", workers.ToString(CultureInfo.InvariantCulture), "--delay", delay);
        Job job = await service.SubmitAsync(BenchmarkJob.Settings(steps, episodes));
        var watch = new JobWatch(service.Client, job.JobId);
        await watch.StepAsync(Warm);
        (double begun, int first) = (service.Coordinators[0].Process.CpuSeconds, watch.Step);
        await watch.StepAsync(steps);
        (double ended, int last) = (service.Coordinators[0].Process.CpuSeconds, watch.Step);
        await watch.SucceedAsync();
        return (last - first) * episodes / (ended - begun);
    }
}
