using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using S2M.Specification;
using S2M.Transport;

namespace S2M.Cluster.Benchmarks.Simulation;

/// <summary>The <c>simulate</c> command: a process of workers that compute by waiting.</summary>
internal static class SimulateCommand
{
    /// <summary>Parameters and running statistics of conv-4, without which a coordinator's work would be another one.</summary>
    internal const int Conv4 = 112_000;

    /// <summary>Makes the command.</summary>
    internal static Command Create()
    {
        Option<string> coordinator = new("--coordinator") { Description = "Where the coordinator listens.", HelpName = "URL", Required = true };
        Option<int> workers = new("--workers") { Description = "How many.", DefaultValueFactory = static _ => 4 };
        Option<int> first = new("--first") { Description = "The number of the first one, for its name.", DefaultValueFactory = static _ => 1 };
        Option<double> delay = new("--delay") { Description = "Milliseconds of an episode.", DefaultValueFactory = static _ => 100 };
        Option<int> slow = new("--slow") { Description = "How many of them are slow." };
        Option<double> factor = new("--slow-factor") { Description = "How many times longer those take.", DefaultValueFactory = static _ => 10 };
        Option<int> parameters = new("--parameters") { Description = "Numbers of a gradient.", DefaultValueFactory = static _ => Conv4 };
        Option<GradientFormat> format = new("--format") { Description = "How an episode's gradient travels." };
        var command = new Command("simulate", "Serves as workers that answer over a real socket and compute by waiting.")
        {
            coordinator, workers, first, delay, slow, factor, parameters, format,
        };
        command.SetAction((result, cancellationToken) => ServeAsync(
            new Uri(result.GetValue(coordinator)!),
            Enumerable.Range(result.GetValue(first), result.GetValue(workers)),
            new FleetSettings(
                result.GetValue(parameters), TimeSpan.FromMilliseconds(result.GetValue(delay)), result.GetValue(slow), result.GetValue(factor), result.GetValue(format)),
            cancellationToken));
        return command;
    }

    private static async Task<int> ServeAsync(Uri coordinator, IEnumerable<int> numbers, FleetSettings simulation, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.ConfigureEndpointDefaults(static listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.UseArrayDoor(listen.ApplicationServices.GetRequiredService<ArrayOffers>(), TimeProvider.System);
            });
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var fleet = new SimulatedFleet(Environment.GetEnvironmentVariable("S2M_TOKEN") ?? string.Empty, simulation.Parameters);
        builder.Services.AddSingleton(simulation).AddSingleton(fleet).AddSingleton(new ArrayOffers(TimeProvider.System)).AddSingleton<SimulatedWorker>().AddGrpc();
        await using WebApplication host = builder.Build();
        host.MapGrpcService<SimulatedWorker>();
        await host.StartAsync(cancellationToken);
        await fleet.RegisterAsync(coordinator, new Uri(host.Urls.First()), numbers, simulation);
        await Console.Out.WriteLineAsync($"registered as simulated-{numbers.First()} to simulated-{numbers.Last()}");
        using var ended = new SemaphoreSlim(0);
        host.Lifetime.ApplicationStopping.Register(() => ended.Release());
        await ended.WaitAsync(cancellationToken);
        return 0;
    }
}
