using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace S2M.Client.Tests.Fakes;

/// <summary>A server of the contract on a loopback socket whose answers and failures a test writes.</summary>
public sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private FakeServer(WebApplication application, FakeParts parts)
    {
        _application = application;
        Parts = parts;
        Address = new Uri(application.Urls.Single());
    }

    public Uri Address { get; }

    public FakeParts Parts { get; }

    public FakeJobs Jobs => Parts.Jobs;

    public FakeDataSets DataSets => Parts.DataSets;

    public FakeSchedules Schedules => Parts.Schedules;

    public FakeWorkers Workers => Parts.Workers;

    /// <summary>The headers of every call, in order.</summary>
    public ConcurrentQueue<Metadata> Headers => Parts.Headers;

    /// <summary>Starts it.</summary>
    /// <param name="token">The token that calls need; null for none.</param>
    /// <param name="port">0 for any.</param>
    /// <param name="parts">Those of a server before, for one that comes back.</param>
    public static async Task<FakeServer> StartAsync(string? token = null, int port = 0, FakeParts? parts = null)
    {
        parts ??= new FakeParts();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);
        builder.Services.AddGrpc(grpc => grpc.Interceptors.Add<Gate>(token ?? string.Empty, parts));
        builder.Services.AddGrpcHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy());
        builder.Services.AddSingleton(parts.Jobs).AddSingleton(parts.DataSets).AddSingleton(parts.Schedules).AddSingleton(parts.Workers);
        WebApplication application = builder.Build();
        application.MapGrpcService<FakeJobs>();
        application.MapGrpcService<FakeDataSets>();
        application.MapGrpcService<FakeSchedules>();
        application.MapGrpcService<FakeWorkers>();
        application.MapGrpcHealthChecksService();
        await application.StartAsync();
        return new FakeServer(application, parts);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    /// <summary>Asks for the token and keeps what every call carried.</summary>
    private sealed class Gate(string token, FakeParts parts) : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            Check(context);
            return continuation(request, context);
        }

        public override Task ServerStreamingServerHandler<TRequest, TResponse>(
            TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
        {
            Check(context);
            return continuation(request, responseStream, context);
        }

        public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
        {
            Check(context);
            return continuation(requestStream, context);
        }

        private void Check(ServerCallContext context)
        {
            parts.Headers.Enqueue(context.RequestHeaders);
            if (token.Length > 0 && !context.Method.StartsWith("/grpc.health", StringComparison.Ordinal) && context.RequestHeaders.GetValue("authorization") != $"Bearer {token}")
            {
                throw new RpcException(new Status(StatusCode.Unauthenticated, "authorization: expected 'Bearer TOKEN'"));
            }
        }
    }
}
