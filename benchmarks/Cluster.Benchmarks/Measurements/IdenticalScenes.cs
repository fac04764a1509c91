using System.Globalization;
using S2M.Cluster.Benchmarks.Processes;
using S2M.Cluster.Benchmarks.Simulation;
using S2M.Model.Benchmarks;
using S2M.Model.Benchmarks.Reports;
using S2M.Protos.V1;

namespace S2M.Cluster.Benchmarks.Measurements;

/// <summary>The runs whose hashes are compared, and what was done to them.</summary>
/// <param name="steps">Steps of the job.</param>
/// <param name="episodes">Episodes of a step.</param>
/// <param name="samples">Takes what happened.</param>
internal sealed class IdenticalScenes(int steps, int episodes, Samples samples)
{
    private readonly string[] _settings = BenchmarkJob.Settings(
        steps, episodes, "network.dropout=0.1", string.Create(CultureInfo.InvariantCulture, $"training.checkpoint_every={Math.Max(1, steps / 10)}"));

    private int _kills;
    private int _joins;
    private int _restarts;
    private int _moves;
    private long _retries;
    private long _backups;

    /// <summary>All runs without a mistake, and a control of another seed.</summary>
    internal async Task RunAsync()
    {
        LocalRun reference = await ReferenceAsync();
        LocalRun other = await TrainAsync([.. _settings, "training.seed=2"]);
        samples.Settings["control"] = $"training.seed=2 gives {other.Hash}";
        await using PostgreSql server = await PostgreSql.StartAsync();
        bool[] same =
        [
            await CompareAsync(reference, "1 worker, coordinator killed", null, 1, KillCoordinatorAsync),
            await CompareAsync(reference, "2 workers, three of them killed", null, 2, (service, watch, workers) => KillWorkersAsync(service, watch, workers, 3)),
            await CompareAsync(reference, "4 workers, two silos, the job's killed", await server.CreateDatabaseAsync(), 4, MoveAsync),
            await CompareAsync(reference, "7 workers, some hang, two killed", null, 7, HangAsync),
        ];
        AddCounts();
        samples.Figures.Add(new Figure("another seed gives another hash", other.Hash == reference.Hash ? 0 : 1, "of 1", Bound.AtLeast, 1));
        samples.Figures.Add(new Figure("identical", same.Count(static one => one), "runs with the hash of one process", Bound.AtLeast, same.Length));
    }

    /// <summary>One run with a mistake: the comparison must find it, and the command falls short.</summary>
    internal async Task BrokenAsync(Break how)
    {
        LocalRun reference = await ReferenceAsync();
        samples.Settings["mistake"] = how == Break.ArrivalOrder ? "episodes are added in the order in which they arrive" : "one episode of each share is added twice";
        bool same = await CompareAsync(reference, "1 worker with a mistake", null, 0, static (_, _, _) => Task.CompletedTask, how);
        samples.Figures.Add(new Figure("identical", same ? 1 : 0, "runs with the hash of one process", Bound.AtLeast, 1));
    }

    private async Task<LocalRun> ReferenceAsync()
    {
        samples.Settings["job"] = $"conv-4, {steps} steps of {episodes} episodes, dropout 0.1, learned variance offset, an evaluation";
        LocalRun reference = await TrainAsync(_settings);
        samples.Settings["SHA-256 of one process"] = reference.Hash;
        return reference;
    }

    private static async Task<LocalRun> TrainAsync(IReadOnlyList<string> settings)
    {
        string folder = Directory.CreateTempSubdirectory("s2m-cluster-").FullName;
        try
        {
            return await LocalRun.TrainAsync(-1, Path.Combine(folder, "run"), settings);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<bool> CompareAsync(
        LocalRun reference, string name, string? connection, int workers, Func<Service, JobWatch, List<ServiceProcess>, Task> happen, Break? broken = null)
    {
        await using var service = new Service(connection);
        await using BreakingWorker? breaking = broken is { } how ? await BreakingWorker.StartAsync(how) : null;
        if (breaking is not null)
        {
            // One share of all episodes: a sum of two has one order only.
            service.Environment["S2M_Dispatch__SharesPerWorker"] = "1";
        }

        await service.StartCoordinatorAsync();
        if (connection is not null)
        {
            await service.StartCoordinatorAsync();
        }

        List<ServiceProcess> started = [.. await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => service.StartWorkerAsync()))];
        if (breaking is not null)
        {
            ServiceProcess worker = await service.StartWorkerAsync(-1, "--advertise", breaking.Address);
            breaking.Forward(await worker.ListensAsync());
        }

        Job submitted = await service.SubmitAsync(_settings);
        var watch = new JobWatch(service.Client, submitted.JobId);
        if (connection is not null)
        {
            // The one that will be killed is not the one that is asked.
            await watch.StepAsync(1);
            watch = new JobWatch(service.Coordinators[1 - await service.OwnerAsync(submitted.JobId)].Client, submitted.JobId);
        }

        await happen(service, watch, started);
        Job job = await watch.SucceedAsync();
        IReadOnlyDictionary<string, (long Sum, long Steps)> counts = await service.CountsAsync(job.JobId);
        _retries += counts.GetValueOrDefault("losses").Sum;
        _backups += counts.GetValueOrDefault("backups").Sum;
        (long counted, long countedSteps) = counts.GetValueOrDefault("episodes_counted");
        bool isExact = counted == (long)steps * episodes && countedSteps == steps;
        bool isSame = job.ParametersHash == reference.Hash && isExact;
        samples.Settings[name] = $"{job.ParametersHash}{(isExact ? string.Empty : $"; {counted} episodes counted in {countedSteps} steps, not {episodes} in each of {steps}")}";
        if (job.ParametersHash != reference.Hash)
        {
            string parameters = service["final.safetensors"];
            await service.Coordinators.Last(static one => one.Process.IsAlive).Client.Jobs.DownloadAsync(job.JobId, "parameters.safetensors", parameters);
            samples.Settings[$"{name}, first difference"] = reference.FirstDifference(watch.Losses, LocalRun.Read(parameters));
        }

        samples.Add(name, "of 1 the same", isSame ? 1 : 0);
        return isSame;
    }

    private void AddCounts()
    {
        foreach ((string name, long count, int least) in new[]
        {
            ("workers killed", _kills, 5L), ("workers joined in mid-run", _joins, 5L), ("shares leased again", _retries, 10L), ("backup copies", _backups, 10L),
            ("coordinators started again", _restarts, 1L), ("moves to another silo", _moves, 1L),
        }.Select(static one => (one.Item1, (long)one.Item2, (int)one.Item3)))
        {
            samples.Figures.Add(new Figure(name, count, "times", Bound.AtLeast, least));
        }
    }

    private async Task KillCoordinatorAsync(Service service, JobWatch watch, List<ServiceProcess> workers)
    {
        await watch.StepAsync(steps / 3);
        await service.Coordinators[0].Process.KillAsync();
        await service.StartCoordinatorAsync(replaced: 0);
        _restarts++;
        await watch.StepAsync(steps / 2);
        await ReplaceAsync(service, workers, 0);
    }

    private async Task KillWorkersAsync(Service service, JobWatch watch, List<ServiceProcess> workers, int kills)
    {
        for (int kill = 1; kill <= kills; kill++)
        {
            await watch.StepAsync(steps * kill / (kills + 1));
            await ReplaceAsync(service, workers, kill % workers.Count);
        }
    }

    private async Task MoveAsync(Service service, JobWatch watch, List<ServiceProcess> workers)
    {
        await watch.StepAsync(steps / 4);
        int owner = await service.OwnerAsync(watch.JobId);
        await service.Coordinators[owner].Process.KillAsync();
        await watch.StepAsync(steps / 2);
        if (await service.OwnerAsync(watch.JobId) == owner)
        {
            throw new BenchmarkException($"job {watch.JobId}: expected it at the other silo, got it where it was");
        }

        _moves++;
        await service.StartCoordinatorAsync(replaced: owner);
        _restarts++;
        await HangOneAsync(watch, workers[1]);
        await ReplaceAsync(service, workers, 0);
    }

    private async Task HangAsync(Service service, JobWatch watch, List<ServiceProcess> workers)
    {
        for (int part = 1; part <= 4; part++)
        {
            await watch.StepAsync(steps * part / 6);
            await HangOneAsync(watch, workers[part]);
        }

        await ReplaceAsync(service, workers, 0);
        await watch.StepAsync(steps * 5 / 6);
        await ReplaceAsync(service, workers, 1);
    }

    // For as long as some steps take: its shares are computed by others meanwhile, and its late answers are dropped.
    private static async Task HangOneAsync(JobWatch watch, ServiceProcess worker)
    {
        int step = watch.Step;
        worker.Signal(ServiceProcess.Stop);
        await watch.StepAsync(step + 5);
        worker.Signal(ServiceProcess.Continue);
    }

    private async Task ReplaceAsync(Service service, List<ServiceProcess> workers, int at)
    {
        await workers[at].KillAsync();
        _kills++;
        workers[at] = await service.StartWorkerAsync();
        _joins++;
    }
}
