using System.Net;
using System.Net.Sockets;

namespace S2M.Integration.Tests.Faults;

/// <summary>One connection through a proxy: the caller's side and the target's.</summary>
/// <param name="caller">The side that was taken.</param>
internal sealed class ProxyLink(Socket caller) : IDisposable
{
    private readonly Lock _lock = new();
    private Socket? _target;
    private bool _isEnded;
    private bool _lostBytes;

    /// <summary>Whether bytes of it were lost, so that it cannot go on.</summary>
    internal bool LostBytes
    {
        get => Volatile.Read(ref _lostBytes);
        set => Volatile.Write(ref _lostBytes, value);
    }

    /// <summary>Whether it carries one array beside the calls, by its first bytes.</summary>
    internal bool IsArray { get; set; }

    /// <summary>Makes the other side.</summary>
    /// <exception cref="ObjectDisposedException">The connection was reset.</exception>
    internal Socket Connecting(EndPoint target)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isEnded, this);
            return _target = new Socket(target.AddressFamily, SocketType.Stream, target is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        }
    }

    /// <summary>Ends both sides in order, where they have not ended.</summary>
    public void Dispose() => End(abruptly: false);

    /// <summary>Ends both sides.</summary>
    /// <param name="abruptly">Without a goodbye: what was not sent is lost, and both ends hear of a reset.</param>
    internal void End(bool abruptly)
    {
        lock (_lock)
        {
            if (_isEnded)
            {
                return;
            }

            _isEnded = true;
        }

        foreach (Socket side in new[] { caller, _target }.OfType<Socket>())
        {
            if (abruptly && side.AddressFamily == AddressFamily.InterNetwork)
            {
                side.LingerState = new LingerOption(true, 0);
            }

            side.Dispose();
        }
    }
}
