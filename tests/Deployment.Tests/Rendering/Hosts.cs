using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using S2M.Coordinator.Hosting;
using S2M.Worker.Hosting;
using S2M.Worker.Services;

namespace S2M.Deployment.Tests.Rendering;

/// <summary>The real hosts of our programs, built and never started: they neither listen nor write.</summary>
internal static class Hosts
{
    private static readonly IPEndPoint Anywhere = new(IPAddress.Loopback, 0);

    /// <summary>The coordinator's host with settings; SQLite stands for PostgreSQL, which would be looked for.</summary>
    /// <param name="settings">Names such as <c>Dispatch:KeepAlive</c> and their values.</param>
    internal static IHost Coordinator(IReadOnlyDictionary<string, string?> settings)
        => CoordinatorHost.Build(
            new CoordinatorSettings(Anywhere, Advertise: null, Token: string.Empty, MetricsPort: null, WatchInput: false, SiloAddress: null, SiloPort: null),
            settings);

    /// <summary>How long a program's host takes to end at most.</summary>
    /// <param name="isCoordinator">The coordinator's or the worker's.</param>
    internal static TimeSpan ShutdownTimeout(bool isCoordinator)
    {
        using IHost host = isCoordinator ? Coordinator(new Dictionary<string, string?>(StringComparer.Ordinal)) : Worker();
        return host.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout;
    }

    private static WebApplication Worker() => WorkerWeb.Build(
        new WorkerSettings
        {
            Coordinators = [new Uri("http://127.0.0.1:5300")],
            Listen = Anywhere,
            Name = "worker",
            CpuLevel = "native",
            CacheFolder = "cache",
            Data = new Dictionary<string, string>(StringComparer.Ordinal),
        },
        new ShareGate(),
        _ => { });
}
