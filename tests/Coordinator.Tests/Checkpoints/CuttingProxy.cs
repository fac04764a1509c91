using System.Net;
using System.Net.Sockets;
using System.Text;

namespace S2M.Coordinator.Tests.Checkpoints;

/// <summary>Stands before a server and cuts every connection in the request whose head holds a text; what came before has reached the server.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Uri _server;
    private readonly Task _accepting;

    /// <summary>Begins to listen.</summary>
    /// <param name="server">Where requests go.</param>
    internal CuttingProxy(Uri server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The text; null lets everything pass.</summary>
    internal string? Cut { get; set; }

    internal Uri Address => new($"http://{_listener.LocalEndpoint}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            await server.ConnectAsync(_server.Host, _server.Port, _stop.Token);
            Task answers = server.GetStream().CopyToAsync(client.GetStream(), _stop.Token);
            await ForwardAsync(client.GetStream(), server.GetStream()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            client.Close();
            server.Close();
            await answers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ForwardAsync(NetworkStream from, NetworkStream to)
    {
        byte[] buffer = new byte[64 << 10];
        for (int read; (read = await from.ReadAsync(buffer, _stop.Token)) > 0;)
        {
            if (Cut is { } cut && Encoding.Latin1.GetString(buffer, 0, read).Contains(cut, StringComparison.Ordinal))
            {
                return;
            }

            await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
        }
    }
}
