using System.Collections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using S2M.Transport;

namespace S2M.Coordinator.Diagnostics;

/// <summary>Where spans and measures go: OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names a receiver, Prometheus where a port is given, nowhere otherwise.</summary>
internal static class Telemetry
{
    private const string Receiver = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Standard = "OTEL_";

    /// <summary>Adds OpenTelemetry's own variables under their own names: its parts look for them in the host's configuration alone.</summary>
    /// <param name="configuration">The host's.</param>
    internal static IConfigurationBuilder AddTelemetryVariables(this IConfigurationBuilder configuration)
        => configuration.AddInMemoryCollection(Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(variable => ((string)variable.Key).StartsWith(Standard, StringComparison.Ordinal))
            .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value)));

    /// <summary>Adds what is asked for.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="metricsPort">The port of <c>/metrics</c>; null for none.</param>
    internal static IServiceCollection AddTelemetry(this IServiceCollection services, int? metricsPort)
    {
        bool otlp = Environment.GetEnvironmentVariable(Receiver) is { Length: > 0 };
        if (!otlp && metricsPort is null)
        {
            return services;
        }

        OpenTelemetryBuilder telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("s2m-coordinator"));
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(CoordinatorInstruments.Name, "Microsoft.Orleans", "Microsoft.AspNetCore.Server.Kestrel").AddRuntimeInstrumentation();
            if (metricsPort is not null)
            {
                metrics.AddPrometheusExporter();
            }

            if (otlp)
            {
                metrics.AddOtlpExporter();
            }
        });
        if (otlp)
        {
            // The silo's own source (Microsoft.Orleans.Runtime) tells of every heartbeat: it is left out.
            telemetry.WithTracing(tracing => tracing
                .AddSource(CoordinatorInstruments.Name, ArrayConnection.ActivitySourceName, "Microsoft.Orleans.Application", "Grpc.Net.Client")
                .AddAspNetCoreInstrumentation(options => options.Filter = context => !IsNoise(context.Request.Path))
                .AddHttpClientInstrumentation()
                .AddOtlpExporter());
        }

        return services;
    }

    // Beats and probes come every second and belong to no trace.
    private static bool IsNoise(string? path)
        => path is null || path.EndsWith("/Beat", StringComparison.Ordinal) || path.StartsWith("/grpc.health.", StringComparison.Ordinal) || path is "/metrics" or "/healthz";
}
