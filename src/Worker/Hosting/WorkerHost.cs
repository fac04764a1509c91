using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using S2M.Data.Glyphs;
using S2M.Data.Images;
using S2M.Protos.V1;
using S2M.Worker.Diagnostics;
using S2M.Worker.Images;
using S2M.Worker.Parameters;
using S2M.Worker.Registration;
using S2M.Worker.Services;
using S2M.Worker.Training;

namespace S2M.Worker.Hosting;

/// <summary>A worker that serves: its parts, from the connections up, and the order in which they end.</summary>
internal sealed partial class WorkerHost : IAsyncDisposable
{
    private readonly WorkerSettings _settings;
    private readonly WorkerIdentity _identity;
    private readonly StopRequest _stop;
    private readonly TimeProvider _time;
    private readonly ShareGate _gate = new();
    private readonly WorkerInstruments _instruments = new();
    private readonly CoordinatorChannels _channels;
    private readonly CoordinatorInUse _coordinator;
    private readonly TrainingThread _thread;
    private readonly OpenDataSets _dataSets;
    private readonly ShareComputer _computer;
    private readonly WebApplication _web;
    private readonly ILogger<WorkerHost> _log;

    private WorkerHost(WorkerSettings settings, IEnumerable<IDataSet> atHand, StopRequest stop, TimeProvider time)
    {
        _settings = settings;
        _stop = stop;
        _time = time;
#pragma warning disable RS0030 // A start must differ from every other start, of this machine and others: no seed gives that, and no result depends on it.
        _identity = new WorkerIdentity(settings.Name, Guid.NewGuid().ToString());
#pragma warning restore RS0030
        _channels = new CoordinatorChannels(settings.Token);
        _coordinator = new CoordinatorInUse([.. settings.Coordinators.Select(_channels.To)]);
        _web = WorkerWeb.Build(settings, _gate, Compose);
        _log = _web.Services.GetRequiredService<ILogger<WorkerHost>>();
        var options = new FetchOptions { Folder = settings.CacheFolder };
        var cache = new ContentCache(options, time);
        var fetched = new FetchedDataSets(
            new DataSetService.DataSetServiceClient(_coordinator),
            cache,
            options,
            _instruments,
            time,
            _web.Services.GetRequiredService<ILogger<FetchedDataSets>>());
        _dataSets = new OpenDataSets(atHand, fetched);
        _thread = new TrainingThread("training");
        var parameters = new ParameterSource(_channels, _instruments, time);
        _computer = new ShareComputer(parameters, _dataSets, _thread, time);
        _instruments.Watch("images", () => _dataSets.Bytes);
        _instruments.Watch("arrays", () => parameters.Bytes);
        _instruments.Watch("data_sets", () => cache.Bytes);
    }

    /// <summary>Where it listens.</summary>
    internal Uri Address { get; private set; } = null!;

    /// <summary>Opens data sets and begins to serve. The tensor library is loaded already.</summary>
    /// <param name="settings">What was asked for.</param>
    /// <param name="stop">Whoever asks the worker to end.</param>
    /// <param name="time">Waits and measures.</param>
    /// <exception cref="Data.DataException">A data set that was bound cannot be used.</exception>
    /// <exception cref="IOException">The address cannot be listened on.</exception>
    internal static async Task<WorkerHost> StartAsync(WorkerSettings settings, StopRequest stop, TimeProvider time)
    {
        var atHand = new List<IDataSet>();
        try
        {
            if (!settings.Data.ContainsKey(GlyphDataSet.DataSetName))
            {
                atHand.Add(new GlyphDataSet());
            }

            atHand.AddRange(settings.Data.Select(binding => DataSets.Open(binding.Key, binding.Value)));
        }
        catch
        {
            atHand.ForEach(static dataSet => dataSet.Dispose());
            throw;
        }

        var host = new WorkerHost(settings, atHand, stop, time);
        try
        {
            await host._web.StartAsync();
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }

        Uri[] bound = [.. host._web.Urls.Select(address => new Uri(address))];
        host.Address = bound[0];
        if (settings.MetricsPort is not null)
        {
            Uri metrics = new(bound[^1], WorkerWeb.MetricsPath);
            host.LogMetrics(metrics);
        }

        if (settings.Token is null)
        {
            host.LogOpen();
        }

        if (settings.WatchStdin)
        {
            stop.WatchStdin();
        }

        return host;
    }

    /// <summary>Serves until somebody asks the worker to end: then finishes the shares inside, leaves, and stops listening.</summary>
    internal async Task ServeAsync()
    {
        var registration = new WorkerRegistration(
            new WorkerDirectoryService.WorkerDirectoryServiceClient(_coordinator),
            Describe(),
            () => new WorkerStatus(_gate.IsDraining, _instruments.Finished, _dataSets.Versions),
            () => _stop.Request("drained by the coordinator"),
            _coordinator.Move,
            new Backoff(BitConverter.ToUInt64(Guid.Parse(_identity.Incarnation).ToByteArray())),
            _time,
            _web.Services.GetRequiredService<ILogger<WorkerRegistration>>());
        using var end = new CancellationTokenSource();
        Task beats = registration.RunAsync(end.Token);
        string reason = await await Task.WhenAny(_stop.Reason, FailureOf(beats));
        LogDraining(reason);
        await _gate.DrainAsync();
        await end.CancelAsync();
        await beats;
        await registration.LeaveAsync(reason);
        await _web.StopAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await _computer.DisposeAsync();
        _thread.Dispose();
        await _dataSets.DisposeAsync();
        _channels.Dispose();
        _instruments.Dispose();
    }

    private static async Task<string> FailureOf(Task beats)
    {
        await beats;
        throw new WorkerException("registration: expected it to go on, got its end");
    }

    private void Compose(IServiceCollection services)
    {
        services.AddSingleton(_identity);
        services.AddSingleton(_gate);
        services.AddSingleton(new EpochGuard());
        services.AddSingleton(_instruments);
        services.AddSingleton(_ => _computer);
        services.AddSingleton<ComputeService>();
    }

    private RegisterWorkerRequest Describe() => new()
    {
        WorkerId = _identity.Name,
        Incarnation = _identity.Incarnation,
        Address = (_settings.Advertise ?? Reachable()).GetLeftPart(UriPartial.Authority),
        Device = _settings.Device,
        NumericContract = NumericContract.Describe(_settings.CpuLevel),
        Build = typeof(WorkerHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
    };

    /// <summary>Where others reach a worker that listens on every address of its machine: by the machine's name.</summary>
    private Uri Reachable() => _settings.Listen.Address.Equals(IPAddress.Any) || _settings.Listen.Address.Equals(IPAddress.IPv6Any)
        ? new UriBuilder(Address) { Host = Dns.GetHostName() }.Uri
        : Address;
}
