using S2M.Client;
using S2M.Cluster.Benchmarks.Measurements;
using S2M.Cluster.Benchmarks.Processes;
using S2M.Integration.Tests.Chaos;
using S2M.Model.Benchmarks;
using S2M.Model.Benchmarks.Reports;

namespace S2M.Cluster.Benchmarks.Chaos;

/// <summary>A run of chaos in a folder of its own, which goes where everything holds and stays where something does not.</summary>
/// <param name="options">How much happens.</param>
/// <param name="duration">No job begins later.</param>
/// <param name="steps">Steps of a job.</param>
/// <param name="samples">Takes what happened.</param>
internal sealed class ChaosRun(ChaosOptions options, TimeSpan duration, int steps, Samples samples)
{
    private const int Coordinators = 2;
    private const int Workers = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("s2m-chaos-").FullName;

    /// <summary>Runs, and fills in the figures.</summary>
    /// <exception cref="BenchmarkException">There was no cluster to begin with.</exception>
    internal async Task RunAsync()
    {
        try
        {
            var jobs = new ChaosJobs(steps, _folder, samples);
            samples.Settings["cluster"] = $"{Coordinators} coordinators on PostgreSQL, {Workers} workers and a guest; seed {options.Seed}, a fault every "
                + $"{options.ShortestPause.TotalSeconds:0.#} to {options.LongestPause.TotalSeconds:0.#} s for up to {options.LongestFault.TotalSeconds:0.#} s";
            await jobs.TrainReferenceAsync();
            await using PostgreSql server = await PostgreSql.StartAsync();
            string connection = await server.CreateDatabaseAsync();
            await using ChaosCluster cluster = await StartAsync(connection);
            await GoAsync(cluster, jobs, connection);
        }
        catch
        {
            await Console.Error.WriteLineAsync($"seed {options.Seed}; what the processes wrote lies in {_folder}");
            throw;
        }

        if (samples.Figures.Exists(static figure => figure.Holds == false))
        {
            samples.Settings["what the processes wrote"] = Path.Combine(_folder, ChaosCluster.Logs);
        }
        else
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task<ChaosCluster> StartAsync(string connection)
    {
        try
        {
            return await ChaosCluster.StartAsync(_folder, connection, Coordinators, Workers);
        }
        catch (InvalidOperationException problem)
        {
            throw new BenchmarkException($"cluster: expected one that starts, got {problem.Message}", problem);
        }
    }

    private async Task GoAsync(ChaosCluster cluster, ChaosJobs jobs, string connection)
    {
        await using TextWriter log = TextWriter.Synchronized(new StreamWriter(Path.Combine(_folder, ChaosCluster.Logs, "chaos.log")) { AutoFlush = true });
        using var stop = new CancellationTokenSource();
        var engine = new ChaosEngine(cluster.Groups, options, TimeProvider.System, log.WriteLine);
        var usage = new UsageLog();
        Task sampling = usage.FollowAsync(cluster.Programs, stop.Token);
        Task chaos = engine.RunAsync(stop.Token);
        bool isWhole = true;
        try
        {
            await jobs.TrainAsync(cluster, new JobRows(() => new Npgsql.NpgsqlConnection(connection)), duration, chaos);
            await stop.CancelAsync();
            await chaos;
        }
        catch (Exception problem) when (problem is InvalidOperationException or TimeoutException or S2MException)
        {
            // A part that could not be made whole: what the run is there to find.
            isWhole = false;
            samples.Settings["ended by an error"] = problem.Message;
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(chaos, sampling).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        foreach ((string name, int times) in engine.Happened)
        {
            samples.AddAll(name, "times", times);
        }

        samples.Figures.Add(new Figure("faults", engine.Faults, "faults begun", Bound.AtLeast, 1));
        samples.Figures.Add(new Figure("whole at the end", isWhole ? 1 : 0, "of 1", Bound.AtLeast, 1));
        usage.Report("coordinator", samples);
        usage.Report("worker", samples);
        jobs.Report();
    }
}
