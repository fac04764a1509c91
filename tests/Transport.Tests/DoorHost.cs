using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace S2M.Transport.Tests;

/// <summary>A server that takes calls over HTTP/2 and connections for arrays at one port.</summary>
internal sealed class DoorHost : IAsyncDisposable
{
    private readonly WebApplication _web;

    private DoorHost(WebApplication web, ArrayOffers offers) => (_web, Offers) = (web, offers);

    internal ArrayOffers Offers { get; }

    internal Uri Address => new(_web.Urls.First());

    internal static async Task<DoorHost> StartAsync(TimeProvider? time = null)
    {
        var offers = new ArrayOffers(time ?? TimeProvider.System);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http2;
            endpoint.UseArrayDoor(offers, time ?? TimeProvider.System);
        }));
        WebApplication web = builder.Build();
        web.MapGet("/", (HttpContext context) => context.Request.Protocol);
        await web.StartAsync();
        return new DoorHost(web, offers);
    }

    /// <summary>A connection on which nothing was said yet.</summary>
    internal async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, Address.Port);
        return socket;
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();
}
