using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace S2M.Integration.Tests.Telemetry;

/// <summary>Takes the spans that processes export, over OTLP.</summary>
internal sealed class TraceReceiver : IAsyncDisposable
{
    private readonly WebApplication _web;

    private TraceReceiver(WebApplication web) => _web = web;

    /// <summary>Where it listens.</summary>
    internal string Address => _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <summary>What arrived.</summary>
    internal IReadOnlyCollection<ReceivedSpan> Spans => _web.Services.GetRequiredService<Received>().Spans;

    internal static async Task<TraceReceiver> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddRoutingCore().AddSingleton<Received>().AddGrpc();
        WebApplication web = builder.Build();
        web.MapGrpcService<Endpoint>();
        await web.StartAsync(TestContext.Current.CancellationToken);
        return new TraceReceiver(web);
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private sealed class Received
    {
        internal ConcurrentQueue<ReceivedSpan> Spans { get; } = new();
    }

    private sealed class Endpoint(Received received) : TraceService.TraceServiceBase
    {
        public override Task<ExportTraceServiceResponse> Export(ExportTraceServiceRequest request, ServerCallContext context)
        {
            foreach (ResourceSpans process in request.ResourceSpans)
            {
                string service = process.Resource.Attributes.Single(attribute => attribute.Key == "service.name").Value.StringValue;
                foreach (Span span in process.ScopeSpans.SelectMany(source => source.Spans))
                {
                    received.Spans.Enqueue(new ReceivedSpan(service, span.Name, Hex(span.TraceId), Hex(span.SpanId), Hex(span.ParentSpanId)));
                }
            }

            return Task.FromResult(new ExportTraceServiceResponse());
        }

        private static string Hex(Google.Protobuf.ByteString bytes) => Convert.ToHexStringLower(bytes.Span);
    }
}

/// <summary>A span with the service that made it.</summary>
internal sealed record ReceivedSpan(string Service, string Name, string TraceId, string SpanId, string ParentId);
