using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;

namespace S2M.Worker.Hosting;

/// <summary>Connections to coordinators: one for each address, kept. Safe for concurrent use.</summary>
/// <param name="token">What every call carries; null where there is none.</param>
internal sealed class CoordinatorChannels(string? token) : IDisposable
{
    /// <summary>The largest message that is taken.</summary>
    internal const int MaximumMessageBytes = 16 << 20;

    // Parameters come as streams of many megabytes: a small window would wait for the other side at every chunk.
    private const int StreamWindowBytes = 4 << 20;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(10);

    // A coordinator that was away is reached again soon after it is back: the library's own pauses grow to two minutes.
    private static readonly TimeSpan FirstReconnect = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestReconnect = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Uri, Lazy<(GrpcChannel Channel, CallInvoker Calls)>> _channels = new();

    /// <summary>Calls to an address.</summary>
    /// <param name="address">Such as http://host:port.</param>
    internal CallInvoker To(Uri address) => _channels.GetOrAdd(address, key => new Lazy<(GrpcChannel, CallInvoker)>(() => Open(key))).Value.Calls;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Lazy<(GrpcChannel Channel, CallInvoker Calls)> entry in _channels.Values)
        {
            entry.Value.Channel.Dispose();
        }
    }

    private (GrpcChannel Channel, CallInvoker Calls) Open(Uri address)
    {
        var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            InitialReconnectBackoff = FirstReconnect,
            MaxReconnectBackoff = LongestReconnect,
            MaxReceiveMessageSize = MaximumMessageBytes,
            HttpHandler = new SocketsHttpHandler
            {
                ConnectTimeout = ConnectTimeout,
                EnableMultipleHttp2Connections = true,
                InitialHttp2StreamWindowSize = StreamWindowBytes,
                KeepAlivePingDelay = PingDelay,
                KeepAlivePingTimeout = PingDelay,
                PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
                UseProxy = false,
            },
        });
        return (channel, TokenCredentials.With(channel.CreateCallInvoker(), token));
    }
}
