using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.DataSets;
using S2M.Coordinator.Diagnostics;
using S2M.Coordinator.Dispatch;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Membership;
using S2M.Coordinator.Parameters;
using S2M.Coordinator.Schedules;
using S2M.Coordinator.Security;
using S2M.Coordinator.Services;
using S2M.Coordinator.Storage;
using S2M.Coordinator.Supervision;
using S2M.Coordinator.Workers;
using S2M.Transport;

namespace S2M.Coordinator.Hosting;

/// <summary>Puts a coordinator together: storage, silo, loops, services, in the order in which they start; they stop in the opposite one.</summary>
internal static class CoordinatorHost
{
    private const int LargestMessage = 4 << 20;

    // What a client compares itself with.
    private const string VersionHeader = "s2m-version";

    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(15);

    private static string Version => typeof(CoordinatorHost).Assembly.GetName().Version?.ToString(3) ?? "unknown";

    /// <summary>Builds the host; nothing listens yet.</summary>
    /// <param name="settings">The process.</param>
    /// <param name="configuration">Sections of the options, from files, environment and command line.</param>
    internal static WebApplication Build(CoordinatorSettings settings, IReadOnlyDictionary<string, string?> configuration)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = Directory.GetCurrentDirectory() });
        builder.Configuration.AddTelemetryVariables().AddEnvironmentVariables("S2M_").AddInMemoryCollection(configuration);
        builder.Logging.AddConsoleLines();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, settings));
        builder.Services.AddRouting();

        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddStorage(builder.Configuration);
        builder.Services.AddDataSets();
        builder.Services.AddOptions<WorkerDirectoryOptions>().BindConfiguration(WorkerDirectoryOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<DispatchOptions>().BindConfiguration(DispatchOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(new AccessToken(settings.Token)).AddSingleton<ServiceAddress>().AddSingleton<PublishedArrays>().AddSingleton<ArrayOffers>();
        builder.Services.AddSingleton<JobFolders>().AddSingleton<JobServices>();
        builder.Services.AddCheckpoints();
        builder.UseOrleans(silo => silo.UseCluster(settings, builder.Configuration));
        builder.Services.AddSingleton<JobRuns>().AddHostedService(services => services.GetRequiredService<JobRuns>());
        builder.Services.AddSingleton<WakeCall>().AddSingleton<Supervisor>().AddHostedService(services => services.GetRequiredService<Supervisor>());
        builder.Services.AddHostedService<MembershipWatch>();
        builder.Services.AddSchedules();
        builder.Services.AddSingleton<JobSubmission>().AddSingleton<JobCommands>().AddSingleton<JobQueries>().AddSingleton<JobWatching>().AddSingleton<JobFiles>();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = LargestMessage;
            grpc.Interceptors.Add<TokenInterceptor>();
            grpc.Interceptors.Add<ErrorInterceptor>();
        });
        builder.Services.AddGrpcReflection();
        builder.Services.AddGrpcHealthChecks().AddCheck<StorageCheck>("storage");
        builder.Services.AddTelemetry(settings.MetricsPort);

        WebApplication app = builder.Build();
        app.Use((context, next) =>
        {
            context.Response.Headers[VersionHeader] = Version;
            return next(context);
        });
        app.MapGrpcService<JobEndpoint>();
        app.MapGrpcService<ParameterEndpoint>();
        app.MapGrpcService<WorkerDirectoryEndpoint>();
        app.MapGrpcService<DataSetEndpoint>();
        app.MapGrpcService<ScheduleEndpoint>();
        app.MapGrpcReflectionService();
        app.MapGrpcHealthChecksService();
        if (settings.MetricsPort is { } port)
        {
            app.MapPrometheusScrapingEndpoint().RequireHost($"*:{port}");
            app.MapHealthChecks("/healthz").RequireHost($"*:{port}");
        }

        return app;
    }

    private static void Listen(KestrelServerOptions kestrel, CoordinatorSettings settings)
    {
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.AddServerHeader = false;

        // A worker that is stopped within a pull keeps nothing for longer than this and the ping's own timeout.
        kestrel.Limits.Http2.KeepAlivePingDelay = PingDelay;
        kestrel.Listen(settings.Listen, endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http2;
            endpoint.UseArrayDoor(endpoint.ApplicationServices.GetRequiredService<ArrayOffers>(), endpoint.ApplicationServices.GetRequiredService<TimeProvider>());
        });
        if (settings.MetricsPort is { } port)
        {
            kestrel.Listen(settings.Listen.Address, port, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        }
    }
}
