using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using S2M.Client;

namespace S2M.Cli;

/// <summary>Sends the client's spans to a collector, so that a trace begins at the command line.</summary>
internal static class TraceExport
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    // The runtime's spans of HTTP requests: they stand between ours and the server's.
    private const string Requests = "System.Net.Http";

    /// <summary>Begins, if the environment names a collector.</summary>
    /// <returns>Sends what is left when it is disposed; null where nothing is sent.</returns>
    internal static IDisposable? BeginIfWanted()
        => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Endpoint))
            ? null
            : Sdk.CreateTracerProviderBuilder().ConfigureResource(resource => resource.AddService("s2m")).AddSource(S2MClient.ActivitySourceName, "Grpc.Net.Client", Requests).AddOtlpExporter().Build();
}
