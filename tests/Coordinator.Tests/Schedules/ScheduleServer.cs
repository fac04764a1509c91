using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using S2M.Coordinator.Schedules;
using S2M.Coordinator.Services;
using S2M.Coordinator.Storage;
using S2M.Protos.V1;

namespace S2M.Coordinator.Tests.Schedules;

/// <summary>The schedule service behind a real socket on the loopback device, over rows and jobs in memory.</summary>
internal sealed class ScheduleServer : IAsyncDisposable
{
    private readonly WebApplication _host;
    private readonly GrpcChannel _channel;

    private ScheduleServer(WebApplication host, GrpcChannel channel, MemoryScheduleStore store, MemoryScheduledJobs jobs, FakeTimeProvider time)
    {
        _host = host;
        _channel = channel;
        Client = new ScheduleService.ScheduleServiceClient(channel);
        Store = store;
        Jobs = jobs;
        Time = time;
    }

    internal ScheduleService.ScheduleServiceClient Client { get; }

    internal MemoryScheduleStore Store { get; }

    internal MemoryScheduledJobs Jobs { get; }

    internal FakeTimeProvider Time { get; }

    internal static async Task<ScheduleServer> StartAsync(DateTimeOffset now)
    {
        var time = new FakeTimeProvider(now);
        var store = new MemoryScheduleStore();
        var jobs = new MemoryScheduledJobs(time);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen => listen.Protocols = HttpProtocols.Http2));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddGrpc();
        builder.Services.AddSingleton<TimeProvider>(time).AddSingleton<IScheduleStore>(store).AddSingleton<IScheduledJobs>(jobs)
            .AddSingleton<IRequestLog>(new MemoryRequestLog()).AddSingleton<ScheduleRunner>();
        WebApplication host = builder.Build();
        host.MapGrpcService<ScheduleEndpoint>();
        await host.StartAsync();
        return new ScheduleServer(host, GrpcChannel.ForAddress(host.Urls.First()), store, jobs, time);
    }

    /// <summary>What the supervisor does every two seconds.</summary>
    internal Task FireAsync() => _host.Services.GetRequiredService<ScheduleRunner>().FireDueAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _host.DisposeAsync();
    }
}
