using System.Globalization;
using System.Net;
using S2M.Client;
using S2M.Coordinator.Hosting;
using S2M.Integration.Tests.Faults;
using S2M.Protos.V1;
using WireWorker = S2M.Protos.V1.Worker;

namespace S2M.Integration.Tests.Processes;

/// <summary>A coordinator and workers as processes, with a client. Ended, all of them are killed and their folder goes.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    /// <summary>The variable with the connection string of a blob store: where it is set, checkpoints go there.</summary>
    internal const string BlobStore = "S2M_Checkpoints__ConnectionString";

    internal const string Token = "token-of-the-integration-tests";

    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, string> _environment;
    private readonly string? _connection;
    private readonly SiloPlace _place;
    private readonly List<ProgramProcess> _started = [];
    private readonly List<Peer> _peers = [];
    private LoopbackProxy? _before;
    private int _port;
    private string? _state;

    private Cluster(string? connection, IReadOnlyDictionary<string, string>? environment, SiloPlace? place)
    {
        _connection = connection;
        _place = place ?? SiloPlace.Free();
        _environment = new Dictionary<string, string>(environment ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal) { ["S2M_TOKEN"] = Token };
    }

    internal Uri Address { get; private set; } = new("http://127.0.0.1:0");

    internal S2MClient Client { get; private set; } = null!;

    internal ProgramProcess Coordinator { get; private set; } = null!;

    /// <summary>The coordinator that was started first, as one of several.</summary>
    internal Peer First => new(Coordinator, Address, Client, _place.Port);

    /// <summary>Workers in the order in which they were started.</summary>
    internal List<ProgramProcess> Workers { get; } = [];

    internal string State => _state ?? _folder["state"];

    internal string this[string name] => _folder[name];

    /// <summary>Starts a coordinator and workers, and waits until all of them are known.</summary>
    /// <param name="workers">How many workers.</param>
    /// <param name="connection">A PostgreSQL database; null for SQLite.</param>
    /// <param name="environment">Variables of all processes.</param>
    /// <param name="place">Where other coordinators reach the first one.</param>
    /// <param name="before">Where everybody reaches the first coordinator, when that is not where it listens.</param>
    /// <param name="state">The state folder; null for a new one.</param>
    internal static async Task<Cluster> StartAsync(
        int workers, string? connection = null, IReadOnlyDictionary<string, string>? environment = null, SiloPlace? place = null, LoopbackProxy? before = null,
        string? state = null)
    {
        var cluster = new Cluster(connection, environment, place) { _before = before, _state = state };
        try
        {
            await cluster.StartCoordinatorAsync();
            await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => cluster.StartWorkerAsync()));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the coordinator; again on the same port and folder where there was one.</summary>
    internal async Task StartCoordinatorAsync()
    {
        if (_before is not null && _port == 0)
        {
            _port = FreePorts.Take();
            _before.LeadTo(new IPEndPoint(IPAddress.Loopback, _port));
        }

        string endpoint = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");
        Coordinator = Keep(Start(endpoint, State, _place, null, _before is null ? [] : ["--advertise", _before.Address.GetLeftPart(UriPartial.Authority)]));
        Address = await Coordinator.ListensAsync();
        _port = _before is null ? Address.Port : _port;
        Client ??= S2MClient.Connect(new ClientOptions { Address = Address, Token = Token, LongestBackoff = TimeSpan.FromSeconds(1) });
    }

    /// <summary>Starts a second coordinator on the same PostgreSQL and the same folder.</summary>
    /// <returns>Both.</returns>
    internal async Task<(Peer First, Peer Second)> AddCoordinatorAsync() => (First, await JoinAsync());

    /// <summary>Starts a further coordinator on the same PostgreSQL and the same folder.</summary>
    /// <param name="place">Where other coordinators reach it; null for a free port.</param>
    /// <param name="environment">Variables over those of all processes.</param>
    internal async Task<Peer> JoinAsync(SiloPlace? place = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        place ??= SiloPlace.Free();
        ProgramProcess process = Keep(Start("127.0.0.1:0", State, place, environment));
        Uri address = await process.ListensAsync();
        var client = S2MClient.Connect(new ClientOptions { Address = address, Token = Token, LongestBackoff = TimeSpan.FromSeconds(1) });
        _peers.Add(new Peer(process, address, client, place.Port));
        return _peers[^1];
    }

    /// <summary>Starts a further coordinator's process on the same PostgreSQL and the same folder, and waits for nothing.</summary>
    internal ProgramProcess JoiningProcess() => Keep(Start("127.0.0.1:0", State, SiloPlace.Free(), environment: null));

    /// <summary>Starts a further coordinator's process with a database of its own, and waits for nothing.</summary>
    /// <param name="endpoint">Where it listens.</param>
    /// <param name="state">Its folder.</param>
    internal ProgramProcess CoordinatorProcess(string endpoint, string state)
        => ProgramProcess.Start("S2M.Coordinator.dll", _environment, [.. Listening(endpoint, state)]);

    /// <summary>Starts a worker and waits until it is registered. Its name is <c>worker-N</c>, from 1.</summary>
    internal Task<ProgramProcess> StartWorkerAsync()
    {
        lock (_started)
        {
            return StartWorkerAsync(string.Create(CultureInfo.InvariantCulture, $"worker-{Workers.Count + 1}"));
        }
    }

    /// <summary>Starts a worker and waits until it is registered.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="arguments">Further arguments.</param>
    internal Task<ProgramProcess> StartWorkerAsync(string name, params string[] arguments) => StartWorkerAsync(name, new Dictionary<string, string>(StringComparer.Ordinal), arguments);

    /// <summary>Starts a worker and waits until it is registered.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="environment">Variables over those of all processes.</param>
    /// <param name="arguments">Further arguments.</param>
    internal async Task<ProgramProcess> StartWorkerAsync(string name, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        ProgramProcess worker;
        lock (_started)
        {
            IEnumerable<string> coordinators = _peers.Select(peer => peer.Address).Prepend(Address).SelectMany(address => new[] { "--coordinator", address.ToString() });
            worker = Keep(ProgramProcess.Start("S2M.Worker.dll", With(environment), [.. coordinators, "--name", name, "--cache", _folder[name], .. arguments]));
            Workers.Add(worker);
        }

        await worker.LineAsync("registered as");
        return worker;
    }

    /// <summary>Runs <c>s2m</c> against the coordinator.</summary>
    internal async Task<Finished> RunCommandAsync(params string[] arguments)
    {
        await using ProgramProcess command = StartCommand(arguments);
        return await command.FinishAsync();
    }

    /// <summary>Starts <c>s2m</c> against the coordinator.</summary>
    internal ProgramProcess StartCommand(params string[] arguments) => ProgramProcess.Start("s2m.dll", _environment, [.. arguments, "--server", Address.ToString()]);

    /// <summary>Submits the small job.</summary>
    internal Task<Job> SubmitAsync(params string[] overrides)
        => Client.Jobs.SubmitAsync(new SubmitJobRequest { JobFile = SmallJob.File, Overrides = { SmallJob.Settings, overrides } }, TestContext.Current.CancellationToken);

    /// <summary>Waits until a worker, gone or not, is as it must be.</summary>
    internal async Task WorkerAsync(string name, Func<WireWorker, bool> condition)
    {
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await Hang.Guard(Task.Run(
            async () =>
            {
                while (!(await Client.Workers.ListAsync(includeGone: true, cancellationToken)).Any(worker => worker.WorkerId == name && condition(worker)))
                {
                    await beat.WaitForNextTickAsync(cancellationToken);
                }
            },
            cancellationToken));
    }

    /// <summary>Follows a job from its beginning.</summary>
    /// <param name="job">The job.</param>
    /// <param name="peer">The coordinator that is asked; null for the first.</param>
    internal Watcher Watch(Job job, Peer? peer = null) => new(peer?.Client ?? Client, job.JobId, Remains);

    public async ValueTask DisposeAsync()
    {
        foreach (S2MClient client in _peers.Select(peer => peer.Client).Append(Client).Where(client => client is not null))
        {
            await client.DisposeAsync();
        }

        foreach (ProgramProcess process in _started)
        {
            await process.DisposeAsync();
        }

        _folder.Dispose();
    }

    private ProgramProcess Start(string endpoint, string state, SiloPlace place, IReadOnlyDictionary<string, string>? environment, params string[] more)
    {
        Dictionary<string, string> all = With(environment ?? new Dictionary<string, string>(StringComparer.Ordinal));
        string[] arguments = [.. Listening(endpoint, state), .. more];
        if (_connection is null)
        {
            return ProgramProcess.Start("S2M.Coordinator.dll", all, arguments);
        }

        all["S2M_Storage__ConnectionString"] = _connection;
        return ProgramProcess.Start("S2M.Coordinator.dll", all, [.. arguments, "--storage", "postgresql", .. place.Arguments]);
    }

    private string[] Listening(string endpoint, string state)
        => ["--listen", endpoint, "--state", state, .. _environment.ContainsKey(BlobStore) ? ["--checkpoints", "azure"] : Array.Empty<string>()];

    private Dictionary<string, string> With(IReadOnlyDictionary<string, string> environment)
        => new(_environment.Concat(environment).GroupBy(static pair => pair.Key, static pair => pair.Value, StringComparer.Ordinal)
            .ToDictionary(static values => values.Key, static values => values.Last(), StringComparer.Ordinal), StringComparer.Ordinal);

    private string Remains()
    {
        lock (_started)
        {
            return string.Join('\n', _started.Select(process => $"--- process {process.Id}:\n{process.Errors}"));
        }
    }

    private ProgramProcess Keep(ProgramProcess process)
    {
        lock (_started)
        {
            _started.Add(process);
        }

        return process;
    }
}
