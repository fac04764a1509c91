using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using S2M.Client;
using S2M.Coordinator.Tests.Storage;
using S2M.Integration.Tests.Faults;
using S2M.Integration.Tests.Processes;
using S2M.Numerics.Randomness;
using S2M.Protos.V1;

namespace S2M.Integration.Tests.Chaos;

/// <summary>
/// Small jobs, one after the other, on two coordinators and three workers to which everything happens at once. <c>S2M_CHAOS_SEED</c> and
/// <c>S2M_CHAOS_SECONDS</c> choose another schedule and a longer one.
/// </summary>
public sealed class ChaosTests(Reference reference, PostgreSqlServer server) : IDisposable
{
    private const int Coordinators = 2;
    private const int Workers = 3;
    private const int JobsAtOnce = 2;

    private readonly TempFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Proves(Fault.WorkerKilled), Proves(Fault.WorkerHung), Proves(Fault.WorkerComesAndGoes), Proves(Fault.SiloKilled), Proves(Fault.SiloHungGoesOn)]
    [Proves(Fault.DatabaseDown), Proves(Fault.DatabaseHung), Proves(Fault.StreamCut)]
    public async Task Run_EverythingAtOnce_EveryJobHasItsBitsAndCountsEveryEpisodeOnce()
    {
        var options = new ChaosOptions
        {
            Seed = ulong.Parse(Setting("S2M_CHAOS_SEED", "1"), CultureInfo.InvariantCulture),
            Duration = TimeSpan.FromSeconds(double.Parse(Setting("S2M_CHAOS_SECONDS", "30"), CultureInfo.InvariantCulture)),
        };
        string another = await Reference.TrainAsync(_folder["another"], "training.seed=7");
        (string[] Settings, string Hash)[] kinds =
        [
            (SmallJob.Settings, await reference.HashAsync()),
            ([.. SmallJob.Settings, "training.seed=7"], JsonNode.Parse(another)!["parameters_hash"]!.GetValue<string>()),
        ];
        string connection = await server.CreateDatabaseAsync();
        await using ChaosCluster cluster = await ChaosCluster.StartAsync(_folder.Location, connection, Coordinators, Workers);
        var engine = new ChaosEngine(cluster.Groups, options, TimeProvider.System, line => TestContext.Current.TestOutputHelper?.WriteLine(line));

        Task chaos = engine.RunAsync(Cancellation);
        List<(Job Job, string Hash)> jobs = await SubmitWhileAsync(chaos, cluster, kinds, connection, options.Seed);
        await chaos;

        await using S2MClient client = cluster.Connect(0);
        foreach ((Job job, string hash) in jobs)
        {
            var watcher = new Watcher(client, job.JobId, cluster.Remains);
            var rows = new JobRows(connection, job.JobId);
            Job end = await Outcome.AssertAsync(watcher, hash, rows);
            await Outcome.AssertFilesAsync(_folder["state"], end, rows);
            TestContext.Current.TestOutputHelper?.WriteLine($"{end.JobId}: epoch {end.Epoch}");
        }

        engine.Faults.ShouldBeGreaterThan(0);
    }

    /// <summary>Keeps so many jobs going until chaos is over. A submission that fails is sent to the other coordinator as the same request.</summary>
    private static async Task<List<(Job Job, string Hash)>> SubmitWhileAsync(
        Task chaos, ChaosCluster cluster, (string[] Settings, string Hash)[] kinds, string connection, ulong seed)
    {
        var random = new PhiloxRandom(seed, 1);
        var jobs = new List<(Job Job, string Hash)>();
        await using var database = NpgsqlDataSource.Create(connection);
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        while (!chaos.IsCompleted)
        {
            if (await ActiveAsync(database) < JobsAtOnce)
            {
                (string[] settings, string hash) = kinds[jobs.Count % kinds.Length];
                byte[] id = new byte[16];
                Enumerable.Range(0, id.Length).ToList().ForEach(index => id[index] = (byte)random.NextInt32(256));
                var request = new SubmitJobRequest { JobFile = SmallJob.File, Overrides = { settings }, RequestId = new Guid(id).ToString() };
                jobs.Add((await cluster.SubmitAsync(request, chaos), hash));
            }

            await beat.WaitForNextTickAsync(Cancellation);
        }

        return jobs;
    }

    private static async Task<long> ActiveAsync(NpgsqlDataSource database)
    {
        await using NpgsqlCommand command = database.CreateCommand("SELECT count(*) FROM jobs WHERE finished_at IS NULL");
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    private static string Setting(string name, string otherwise) => Environment.GetEnvironmentVariable(name) ?? otherwise;
}
