using System.Globalization;
using System.Net;
using Grpc.Core;
using S2M.Client;
using S2M.Coordinator.Hosting;
using S2M.Integration.Tests.Faults;
using S2M.Integration.Tests.Processes;
using S2M.Protos.V1;

namespace S2M.Integration.Tests.Chaos;

/// <summary>Coordinators on one PostgreSQL and workers, each behind proxies and under a supervisor.</summary>
internal sealed class ChaosCluster : IAsyncDisposable
{
    /// <summary>The folder of what all processes write.</summary>
    internal const string Logs = "logs";

    private const string Token = "token-of-the-chaos";

    private static readonly TimeSpan Lag = TimeSpan.FromMilliseconds(30);

    private readonly string _folder;
    private readonly List<RestartedProgram> _programs = [];
    private readonly List<IAsyncDisposable> _proxies = [];
    private readonly List<Uri> _addresses = [];
    private int _asked;

    private ChaosCluster(string folder) => _folder = folder;

    /// <summary>What can happen, and to what.</summary>
    internal IReadOnlyList<ChaosGroup> Groups { get; private set; } = [];

    /// <summary>Everything that runs here, whole or not. All of it is there once the cluster has started.</summary>
    internal IReadOnlyList<RestartedProgram> Programs => _programs;

    /// <summary>Starts one.</summary>
    /// <param name="folder">For <c>state</c>, <c>logs</c> and caches.</param>
    /// <param name="connection">An empty PostgreSQL database.</param>
    /// <param name="coordinators">How many; one of them is whole at any time.</param>
    /// <param name="workers">How many; one of them is whole at any time, and a guest comes and goes.</param>
    internal static async Task<ChaosCluster> StartAsync(string folder, string connection, int coordinators, int workers)
    {
        Directory.CreateDirectory(Path.Combine(folder, Logs));
        var cluster = new ChaosCluster(folder);
        try
        {
            var silos = new List<ChaosVictim>();
            for (int number = 1; number <= coordinators; number++)
            {
                silos.Add(await cluster.AddCoordinatorAsync($"coordinator-{number}", connection));
            }

            ChaosVictim[] all = await Task.WhenAll(Enumerable.Range(1, workers).Select(number => cluster.AddWorkerAsync($"worker-{number}")));
            cluster.Groups = [new ChaosGroup("coordinator", 1, silos), new ChaosGroup("worker", 1, all), new ChaosGroup("guest", 0, [cluster.Guest()])];
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client of a coordinator.</summary>
    internal S2MClient Connect(int coordinator)
        => S2MClient.Connect(new ClientOptions { Address = _addresses[coordinator], Token = Token, Attempts = 2, SubmitDeadline = TimeSpan.FromSeconds(20) });

    /// <summary>Submits a job to whichever coordinator takes it: the same request until one does.</summary>
    /// <param name="request">The job, with its request identifier.</param>
    /// <param name="chaos">When it is over, an error is one.</param>
    internal async Task<Job> SubmitAsync(SubmitJobRequest request, Task chaos)
    {
        while (true)
        {
            bool isLast = chaos.IsCompleted;
            await using S2MClient client = Connect(_asked++ % _addresses.Count);
            try
            {
                return await client.Jobs.SubmitAsync(request);
            }
            catch (S2MException problem) when (!isLast && problem.Status is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
            {
                // Its coordinator is away, or the database is for it.
            }
        }
    }

    /// <summary>What all processes wrote.</summary>
    internal string Remains() => string.Join('\n', _programs.Select(static program => program.Errors));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable part in _programs.Concat(_proxies))
        {
            await part.DisposeAsync();
        }
    }

    private async Task<ChaosVictim> AddCoordinatorAsync(string name, string connection)
    {
        DatabaseProxy database = Keep(DatabaseProxy.Before(connection));
        var place = SiloPlace.Free();
        string endpoint = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePorts.Take()}");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["S2M_TOKEN"] = Token, ["S2M_Storage__ConnectionString"] = database.Connection };
        RestartedProgram program = Keep(name, log => ProgramProcess.Start(
            "S2M.Coordinator.dll", environment, log, ["--listen", endpoint, "--state", Path.Combine(_folder, "state"), "--storage", "postgresql", .. place.Arguments]));
        _addresses.Add(await program.StartAsync());
        return new ChaosVictim(
            name,
            [
                .. ProcessFaults(program),
                ChaosFault.Between("cannot reach its database", database.Proxy.Refuse, database.Proxy.Restore),
                ChaosFault.Between("has a database that hangs", () => database.Proxy.Hold(), database.Proxy.Restore),
                ChaosFault.AtOnce("loses its connections to the database", () => database.Proxy.Cut()),
            ],
            () => program.IsDown,
            program.HealAsync);
    }

    private async Task<ChaosVictim> AddWorkerAsync(string name)
    {
        LoopbackProxy proxy = Keep(LoopbackProxy.Start());
        int port = FreePorts.Take();
        proxy.LeadTo(new IPEndPoint(IPAddress.Loopback, port));
        string endpoint = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        RestartedProgram program = KeepWorker(name, "--listen", endpoint, "--advertise", proxy.Address.GetLeftPart(UriPartial.Authority));
        await program.StartAsync();
        return new ChaosVictim(
            name,
            [
                .. ProcessFaults(program),
                ChaosFault.AtOnce("loses its connections", () => proxy.Cut()),
                ChaosFault.Between("cannot be reached", proxy.Refuse, proxy.Restore),
                ChaosFault.Between("is not heard", () => proxy.Swallow(Flow.ToCaller), proxy.Restore),
                ChaosFault.Between("is far away", () => proxy.Delay(Lag), proxy.Restore),
            ],
            () => program.IsDown,
            program.HealAsync);
    }

    /// <summary>A worker that joins, and drains after a while.</summary>
    private ChaosVictim Guest()
    {
        RestartedProgram program = KeepWorker("guest");
        return new ChaosVictim("a guest", [new ChaosFault("joins", program.StartAsync, program.LeaveAsync)], static () => false, static () => Task.CompletedTask);
    }

    private static ChaosFault[] ProcessFaults(RestartedProgram program) =>
    [
        new ChaosFault("is killed", program.KillAsync, program.HealAsync),
        ChaosFault.Between("is stopped and continued", () => program.Signal(ProgramProcess.Stop), () => program.Signal(ProgramProcess.Continue)),
    ];

    private RestartedProgram KeepWorker(string name, params string[] arguments)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["S2M_TOKEN"] = Token };
        IEnumerable<string> coordinators = _addresses.SelectMany(static address => new[] { "--coordinator", address.ToString() });
        return Keep(name, log => ProgramProcess.Start(
            "S2M.Worker.dll", environment, log, [.. coordinators, "--name", name, "--cache", Path.Combine(_folder, name), .. arguments]));
    }

    private RestartedProgram Keep(string name, Func<TextWriter, ProgramProcess> start)
    {
        var program = new RestartedProgram(name, Path.Combine(_folder, Logs), start);
        lock (_programs)
        {
            _programs.Add(program);
            return program;
        }
    }

    private T Keep<T>(T proxy)
        where T : IAsyncDisposable
    {
        lock (_proxies)
        {
            _proxies.Add(proxy);
            return proxy;
        }
    }
}
