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

    /// <summary>Starts one.</summary>
    /// <param name="folder">For state and caches.</param>
    /// <param name="connection">An empty PostgreSQL database.</param>
    /// <param name="coordinators">How many; one of them is whole at any time.</param>
    /// <param name="workers">How many; one of them is whole at any time, and a guest comes and goes.</param>
    internal static async Task<ChaosCluster> StartAsync(string folder, string connection, int coordinators, int workers)
    {
        var cluster = new ChaosCluster(folder);
        try
        {
            var silos = new List<ChaosVictim>();
            for (int number = 1; number <= coordinators; number++)
            {
                silos.Add(await cluster.AddCoordinatorAsync($"coordinator-{number}", connection));
            }

            ChaosVictim[] all = await Task.WhenAll(Enumerable.Range(1, workers).Select(number => cluster.AddWorkerAsync($"worker-{number}")));
            cluster.Groups = [new ChaosGroup(1, silos), new ChaosGroup(1, all), new ChaosGroup(0, [cluster.Guest()])];
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
        var program = new RestartedProgram(() => ProgramProcess.Start(
            "S2M.Coordinator.dll", environment, ["--listen", endpoint, "--state", Path.Combine(_folder, "state"), "--storage", "postgresql", .. place.Arguments]));
        _programs.Add(program);
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
        var program = new RestartedProgram(() => StartWorker(name, "--listen", endpoint, "--advertise", proxy.Address.GetLeftPart(UriPartial.Authority)));
        lock (_programs)
        {
            _programs.Add(program);
        }

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
        ProgramProcess? process = null;
        async Task JoinAsync()
        {
            process = StartWorker("guest");
            await process.ListensAsync();
        }

        async Task LeaveAsync()
        {
            await process!.EndAsync(ProgramProcess.Terminate);
            await process.DisposeAsync();
        }

        return new ChaosVictim("a guest", [new ChaosFault("joins", JoinAsync, LeaveAsync)], static () => false, static () => Task.CompletedTask);
    }

    private static ChaosFault[] ProcessFaults(RestartedProgram program) =>
    [
        new ChaosFault("is killed", program.KillAsync, program.HealAsync),
        ChaosFault.Between("hangs", () => program.Signal(ProgramProcess.Stop), () => program.Signal(ProgramProcess.Continue)),
    ];

    private ProgramProcess StartWorker(string name, params string[] arguments)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["S2M_TOKEN"] = Token };
        IEnumerable<string> coordinators = _addresses.SelectMany(static address => new[] { "--coordinator", address.ToString() });
        return ProgramProcess.Start("S2M.Worker.dll", environment, [.. coordinators, "--name", name, "--cache", Path.Combine(_folder, name), .. arguments]);
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
