using System.Data.Common;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Hosting;

/// <summary>The life of the process: migrate, start, say where it listens, and end on a signal, with everything kept.</summary>
internal static class CoordinatorProcess
{
    /// <summary>Runs until a signal, or until the standard input ends where that is watched.</summary>
    /// <param name="settings">The process.</param>
    /// <param name="configuration">The options.</param>
    /// <exception cref="CoordinatorException">It cannot start; the message says why and what to do.</exception>
    internal static async Task RunAsync(CoordinatorSettings settings, IReadOnlyDictionary<string, string?> configuration)
    {
        RequireSense(settings);
        await using WebApplication app = CoordinatorHost.Build(settings, configuration);
        try
        {
            await app.StartAsync();
        }
        catch (IOException problem) when (problem.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException or SocketException)
        {
            throw new CoordinatorException($"--listen {settings.Listen}: expected a port that is free, got one in use; stop who uses it or choose another, 0 for any", problem);
        }
        catch (DbException problem)
        {
            // Ours come translated; this one is from the membership of silos, which reads the database by itself.
            throw app.Services.GetRequiredService<Database>().Translate("The cluster of coordinators could not be joined", problem);
        }

        string address = settings.Advertise ?? AddressOf(app);
        app.Services.GetRequiredService<ServiceAddress>().Set(address);
        Console.WriteLine($"listening on {address}");
        if (settings.WatchInput)
        {
            _ = StopAtEndOfInputAsync(app.Lifetime);
        }

        await app.WaitForShutdownAsync();
    }

    /// <summary>Brings the database up to this build's schema, and nothing else.</summary>
    /// <param name="configuration">Where the database is.</param>
    /// <exception cref="CoordinatorException">It cannot; the message says why and what to do.</exception>
    internal static void Migrate(IReadOnlyDictionary<string, string?> configuration)
    {
        IConfiguration all = new ConfigurationBuilder().AddEnvironmentVariables("S2M_").AddInMemoryCollection(configuration).Build();
        using ServiceProvider services = new ServiceCollection().AddLogging(logging => logging.AddConsoleLines()).AddStorage(all).BuildServiceProvider();
        services.GetRequiredService<Migrator>().Up();
    }

    private static void RequireSense(CoordinatorSettings settings)
    {
        if (settings.Advertise is { } advertised && !(Uri.TryCreate(advertised, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"))
        {
            throw new CoordinatorException($"--advertise {advertised}: expected where workers reach this process, such as http://HOST:PORT, got another text; correct it");
        }

        if (settings.Token.Length == 0 && !IPAddress.IsLoopback(settings.Listen.Address))
        {
            throw new CoordinatorException(
                $"--listen {settings.Listen}: expected a token, since others than this machine can reach it, got none; give --token-file or set S2M_TOKEN, or listen on 127.0.0.1");
        }

        if (settings.Advertise is null && (settings.Listen.Address.Equals(IPAddress.Any) || settings.Listen.Address.Equals(IPAddress.IPv6Any)))
        {
            throw new CoordinatorException($"--listen {settings.Listen}: expected to know where workers reach this machine, got every address; give --advertise http://HOST:PORT");
        }
    }

    // The first one is the services'; a port for metrics comes behind it.
    private static string AddressOf(WebApplication app) => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    private static async Task StopAtEndOfInputAsync(IHostApplicationLifetime lifetime)
    {
        using Stream input = Console.OpenStandardInput();
        byte[] buffer = new byte[64];
        try
        {
            while (await input.ReadAsync(buffer) > 0)
            {
                // What a parent writes has no meaning; only the end has.
            }
        }
        catch (IOException)
        {
            // A pipe that breaks is a parent that ended.
        }

        lifetime.StopApplication();
    }
}
