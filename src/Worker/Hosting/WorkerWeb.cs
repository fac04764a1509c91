using System.Collections;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using S2M.Worker.Diagnostics;
using S2M.Transport;
using S2M.Worker.Services;

namespace S2M.Worker.Hosting;

/// <summary>The web host: gRPC over plain HTTP/2, health, reflection, logs, traces, metrics. It reads no configuration but the command line and OpenTelemetry's variables.</summary>
internal static class WorkerWeb
{
    /// <summary>Where metrics are on their port.</summary>
    internal const string MetricsPath = "/metrics";

    private const string OpenTelemetryPrefix = "OTEL_";
    private const string OtlpVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Timestamp = "yyyy-MM-ddTHH:mm:ss.fffZ ";

    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(15);

    /// <summary>Builds it.</summary>
    /// <param name="settings">What was asked for.</param>
    /// <param name="gate">Whether the worker is healthy: it is not while it drains.</param>
    /// <param name="compose">Adds the worker's parts.</param>
    internal static WebApplication Build(WorkerSettings settings, ShareGate gate, Action<IServiceCollection> compose)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, settings));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(new ArrayOffers(TimeProvider.System));

        // When the host stops every answer is out: a caller that holds its connection open is not waited for.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = CoordinatorChannels.MaximumMessageBytes;
            grpc.MaxSendMessageSize = CoordinatorChannels.MaximumMessageBytes;
            grpc.Interceptors.Add<TokenInterceptor>();
        });
        builder.Services.AddSingleton(new TokenInterceptor(settings.Token));
        builder.Services.AddGrpcReflection();
        builder.Services.AddGrpcHealthChecks()
            .AddCheck("shares", () => gate.IsDraining ? HealthCheckResult.Unhealthy("the worker is draining") : HealthCheckResult.Healthy());
        AddLogging(builder.Logging);
        AddTelemetry(builder, settings);
        compose(builder.Services);

        WebApplication web = builder.Build();
        web.MapGrpcService<ComputeService>();
        web.MapGrpcHealthChecksService();
        web.MapGrpcReflectionService();
        if (settings.MetricsPort is not null)
        {
            // Only the metrics' own port speaks HTTP/1.
            web.MapPrometheusScrapingEndpoint(MetricsPath);
        }

        return web;
    }

    private static void Listen(KestrelServerOptions kestrel, WorkerSettings settings)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.Http2.KeepAlivePingDelay = PingDelay;
        kestrel.Listen(settings.Listen, endPoint =>
        {
            endPoint.Protocols = HttpProtocols.Http2;
            endPoint.UseArrayDoor(endPoint.ApplicationServices.GetRequiredService<ArrayOffers>(), TimeProvider.System);
        });
        if (settings.MetricsPort is { } port)
        {
            kestrel.Listen(new IPEndPoint(settings.Listen.Address, port), endPoint => endPoint.Protocols = HttpProtocols.Http1);
        }
    }

    private static void AddLogging(ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = Timestamp;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);

        // Refusals are told to the caller and logged by the service itself.
        logging.AddFilter("Grpc", LogLevel.Critical);
    }

    private static void AddTelemetry(WebApplicationBuilder builder, WorkerSettings settings)
    {
        bool exports = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(OtlpVariable));
        if (!exports && settings.MetricsPort is null)
        {
            return;
        }

        // OpenTelemetry's own variables under their own names: its parts look for them in the host's configuration alone.
        builder.Configuration.AddInMemoryCollection(Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(variable => ((string)variable.Key).StartsWith(OpenTelemetryPrefix, StringComparison.Ordinal))
            .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value)));
        OpenTelemetry.OpenTelemetryBuilder telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("s2m-worker", serviceInstanceId: settings.Name));
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(WorkerInstruments.MeterName).AddRuntimeInstrumentation();
            if (exports)
            {
                metrics.AddOtlpExporter();
            }

            if (settings.MetricsPort is not null)
            {
                metrics.AddPrometheusExporter();
            }
        });
        if (exports)
        {
            telemetry.WithTracing(traces => traces
                .AddSource(WorkerActivities.SourceName, ArrayConnection.ActivitySourceName, "Grpc.Net.Client")
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddOtlpExporter());
            telemetry.WithLogging(logs => logs.AddOtlpExporter());
        }
    }
}
