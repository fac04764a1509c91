using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using S2M.Client;
using S2M.Coordinator.Hosting;
using S2M.Model.Benchmarks;
using S2M.Protos.V1;

namespace S2M.Cluster.Benchmarks.Processes;

/// <summary>A coordinator, or several on one PostgreSQL, with workers, as processes in a folder of their own that goes with them.</summary>
/// <param name="connection">A PostgreSQL database; null for SQLite.</param>
internal sealed class Service(string? connection = null) : IAsyncDisposable
{
    private const string Token = "token-of-the-benchmarks";

    private readonly string _folder = Directory.CreateTempSubdirectory("s2m-cluster-").FullName;
    private readonly List<ServiceProcess> _started = [];
    private readonly List<S2MClient> _clients = [];
    private int _named;

    /// <summary>Coordinators, in the order in which they were started; each with its address, port for other silos and client.</summary>
    internal List<(ServiceProcess Process, Uri Address, int SiloPort, S2MClient Client)> Coordinators { get; } = [];

    /// <summary>Variables of coordinators and workers.</summary>
    internal Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal) { ["S2M_TOKEN"] = Token };

    /// <summary>The first coordinator's client.</summary>
    internal S2MClient Client => Coordinators[0].Client;

    /// <summary>A path in the folder.</summary>
    internal string this[string name] => Path.Combine(_folder, name);

    /// <summary>Starts one more coordinator, or one again on the port of one that ended.</summary>
    /// <param name="replaced">The place of the one that ended; negative for a new one.</param>
    /// <param name="core">The core that it is bound to; negative for none.</param>
    internal async Task StartCoordinatorAsync(int replaced = -1, int core = -1)
    {
        int port = replaced < 0 ? 0 : Coordinators[replaced].Address.Port;
        int silo = replaced < 0 ? FreePorts.Take() : Coordinators[replaced].SiloPort;
        var environment = new Dictionary<string, string>(Environment, StringComparer.Ordinal);
        List<string> arguments = ["--listen", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"), "--state", this["state"], "--watch-stdin"];
        if (connection is not null)
        {
            environment["S2M_Storage__ConnectionString"] = connection;
            arguments.AddRange(["--storage", "postgresql", "--silo-port", silo.ToString(CultureInfo.InvariantCulture)]);
        }

        ServiceProcess process = Keep(ServiceProcess.Start(core, "S2M.Coordinator.dll", environment, arguments));
        Uri address = await process.ListensAsync();
        S2MClient client = S2MClient.Connect(new ClientOptions { Address = address, Token = Token, LongestBackoff = TimeSpan.FromSeconds(0.2) });
        _clients.Add(client);
        if (replaced < 0)
        {
            Coordinators.Add((process, address, silo, client));
        }
        else
        {
            Coordinators[replaced] = (process, address, silo, client);
        }
    }

    /// <summary>Starts a worker and waits until it is registered.</summary>
    /// <param name="core">The core that it is bound to; negative for none.</param>
    /// <param name="more">Further arguments.</param>
    internal async Task<ServiceProcess> StartWorkerAsync(int core = -1, params string[] more)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"worker-{Interlocked.Increment(ref _named)}");
        ServiceProcess worker = Keep(ServiceProcess.Start(
            core, "S2M.Worker.dll", Environment, [.. CoordinatorOptions(), "--name", name, "--cache", this[name], "--watch-stdin", .. more]));
        await worker.RegisteredAsync();
        return worker;
    }

    /// <summary>Starts simulated workers in one process and waits until all are registered.</summary>
    /// <param name="arguments">Those of <c>simulate</c>.</param>
    internal async Task<ServiceProcess> SimulateAsync(params string[] arguments)
    {
        ServiceProcess workers = Keep(ServiceProcess.Start(-1, "S2M.Cluster.Benchmarks.dll", Environment, ["simulate", .. CoordinatorOptions(), .. arguments]));
        await workers.RegisteredAsync();
        return workers;
    }

    /// <summary>Submits a job.</summary>
    internal Task<Job> SubmitAsync(params IEnumerable<string> settings)
        => Client.Jobs.SubmitAsync(new SubmitJobRequest { JobFile = BenchmarkJob.File, Overrides = { settings } });

    /// <inheritdoc cref="JobRows.CountsAsync"/>
    internal Task<IReadOnlyDictionary<string, (long Sum, long Steps)>> CountsAsync(string jobId) => Rows.CountsAsync(jobId);

    /// <summary>Which coordinator runs a job's newest loop, by its place.</summary>
    /// <exception cref="BenchmarkException">None of them.</exception>
    internal async Task<int> OwnerAsync(string jobId)
    {
        string owner = await Rows.OwnerAsync(jobId);
        int at = Coordinators.FindIndex(one => owner.Contains(string.Create(CultureInfo.InvariantCulture, $":{one.SiloPort}@"), StringComparison.Ordinal));
        return at >= 0 ? at : throw new BenchmarkException($"owner of job {jobId}: expected one of the coordinators, got '{owner}'");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (S2MClient client in _clients)
        {
            await client.DisposeAsync();
        }

        foreach (ServiceProcess process in _started)
        {
            await process.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private JobRows Rows => new(Open);

    private DbConnection Open() => connection is null
        ? new SqliteConnection($"Data Source={this[Path.Combine("state", "s2m.db")]};Mode=ReadOnly")
        : new Npgsql.NpgsqlConnection(connection);

    private IEnumerable<string> CoordinatorOptions() => Coordinators.SelectMany(static one => new[] { "--coordinator", one.Address.ToString() });

    private ServiceProcess Keep(ServiceProcess process)
    {
        lock (_started)
        {
            _started.Add(process);
        }

        return process;
    }
}
