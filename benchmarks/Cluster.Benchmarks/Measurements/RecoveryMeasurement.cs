using System.CommandLine;
using S2M.Cluster.Benchmarks.Processes;
using S2M.Model.Benchmarks.Reports;
using S2M.Protos.V1;

namespace S2M.Cluster.Benchmarks.Measurements;

/// <summary>How long a job stands still when something is killed or hangs; real workers, real storage.</summary>
internal static class RecoveryMeasurement
{
    private const int Steps = 400;
    private const string Worker = "worker killed: share leased again";
    private const string Coordinator = "coordinator killed (SQLite): next new step";
    private const string Silo = "silo killed (PostgreSQL): next new step";
    private const string Hung = "silo hung (PostgreSQL): next new step";

    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        Option<int> rounds = Measurement.Number("--rounds", "How often each is done.", 3);
        return Measurement.Create(
            "recovery",
            "Seconds from a kill or a hang to the next lease or the next new step.",
            async (result, samples) =>
            {
                samples.Settings["job"] = "conv-4, 10 classes x 13 images, 4 episodes a step, a checkpoint every 2 steps; real workers of one thread";
                await using PostgreSql server = await PostgreSql.StartAsync();
                for (int round = 0; round < result.GetValue(rounds); round++)
                {
                    samples.Add(Worker, "s", await WorkerAsync());
                    samples.Add(Coordinator, "s", await CoordinatorAsync());
                    samples.Add(Silo, "s", await SiloAsync(await server.CreateDatabaseAsync(), ServiceProcess.Kill));
                    samples.Add(Hung, "s", await SiloAsync(await server.CreateDatabaseAsync(), ServiceProcess.Stop));
                }

                foreach ((string name, double reach) in new[] { (Worker, 2.0), (Coordinator, 10), (Silo, 10), (Hung, 15) })
                {
                    samples.Figures.Add(new Figure(name, samples.Of(name).Max(), "s at most", Bound.AtMost, reach));
                }

                double worst = samples.Figures.Max(static figure => figure.Value!.Value / figure.Reach);
                samples.Figures.Add(new Figure("recovery", worst, "of its reach, the worst", Bound.AtMost, 1));
            },
            rounds);
    }

    private static string[] Settings() => BenchmarkJob.Settings(Steps, 4, "training.checkpoint_every=2");

    private static async Task<double> WorkerAsync()
    {
        await using var service = new Service();
        await service.StartCoordinatorAsync();
        ServiceProcess first = await service.StartWorkerAsync();
        await service.StartWorkerAsync();
        Job job = await service.SubmitAsync(Settings());
        var watch = new JobWatch(service.Client, job.JobId);
        await watch.StepAsync(4);
        DateTimeOffset killed = TimeProvider.System.GetUtcNow();
        await first.KillAsync();
        LogLine line = await watch.LineAsync("was lost and is leased again");
        return (line.Time.ToDateTimeOffset() - killed).TotalSeconds;
    }

    private static async Task<double> CoordinatorAsync()
    {
        await using var service = new Service();
        await service.StartCoordinatorAsync();
        await service.StartWorkerAsync();
        Job job = await service.SubmitAsync(Settings());
        var watch = new JobWatch(service.Client, job.JobId);
        await watch.StepAsync(6);
        long killed = Measurement.Now;
        await service.Coordinators[0].Process.KillAsync();
        int reached = watch.Step;
        await service.StartCoordinatorAsync(replaced: 0);
        return Measurement.Seconds(killed, await watch.StepAsync(reached + 1));
    }

    private static async Task<double> SiloAsync(string connection, int signal)
    {
        await using var service = new Service(connection);
        await service.StartCoordinatorAsync();
        await service.StartCoordinatorAsync();
        await service.StartWorkerAsync();
        Job job = await service.SubmitAsync(Settings());
        await new JobWatch(service.Client, job.JobId).StepAsync(6);
        int at = await service.OwnerAsync(job.JobId);
        var watch = new JobWatch(service.Coordinators[1 - at].Client, job.JobId);
        await watch.StepAsync(6);
        long begun = Measurement.Now;
        service.Coordinators[at].Process.Signal(signal);
        int reached = watch.Step;

        // One that was on its way to the rows may still come.
        return Measurement.Seconds(begun, await watch.StepAsync(reached + 2));
    }
}
