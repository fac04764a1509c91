using System.Net;
using System.Net.Sockets;

namespace S2M.Integration.Tests.Faults;

/// <summary>
/// A TCP port of this machine that leads to another one, and what can happen to a network on the way: connections are cut or refused, bytes wait, are lost or
/// come late. Faults hold until <see cref="Restore"/>. Safe for concurrent use.
/// </summary>
internal sealed class LoopbackProxy : IAsyncDisposable
{
    private static readonly byte[] ArrayConnectionBegins = "S2M-ARR1"u8.ToArray();

    private readonly Lock _lock = new();
    private readonly HashSet<ProxyLink> _links = [];
    private readonly TaskCompletionSource<EndPoint> _target = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private readonly ProxyGate _toTarget = new();
    private readonly ProxyGate _toCaller = new();
    private Socket _listener;
    private bool _isRefusing;
    private (Flow Flow, long Left, TaskCompletionSource Done)? _cut;
    private (Flow Flow, long Bytes, TaskCompletionSource Done)? _arrayCut;

    private LoopbackProxy(IPAddress address, int port)
    {
        _listener = Bind(new IPEndPoint(address, port));
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        Listen();
    }

    /// <summary>Where it listens.</summary>
    internal IPEndPoint EndPoint { get; }

    /// <summary>The same as an address of services.</summary>
    internal Uri Address => new($"http://{EndPoint}");

    /// <summary>How many connections have lost bytes and cannot go on.</summary>
    internal int Broken
    {
        get
        {
            lock (_lock)
            {
                return _links.Count(static link => link.LostBytes);
            }
        }
    }

    /// <summary>Listens; callers wait until <see cref="LeadTo"/> was called.</summary>
    /// <param name="address">An address of this machine; null for 127.0.0.1.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    internal static LoopbackProxy Start(IPAddress? address = null, int port = 0) => new(address ?? IPAddress.Loopback, port);

    /// <summary>Listens, and leads to a target.</summary>
    internal static LoopbackProxy Start(EndPoint target)
    {
        LoopbackProxy proxy = Start();
        proxy.LeadTo(target);
        return proxy;
    }

    /// <summary>Says where callers are led to, once.</summary>
    internal void LeadTo(EndPoint target) => _target.SetResult(target);

    /// <summary>Resets every connection. New ones are taken.</summary>
    /// <returns>How many there were.</returns>
    internal int Cut()
    {
        ProxyLink[] links;
        lock (_lock)
        {
            links = [.. _links];
            _links.Clear();
        }

        foreach (ProxyLink link in links)
        {
            link.End(abruptly: true);
        }

        return links.Length;
    }

    /// <summary>Resets every connection as soon as so many more bytes went one way.</summary>
    /// <param name="flow">The way that is counted.</param>
    /// <param name="bytes">How many.</param>
    /// <returns>Completes when it has happened.</returns>
    internal Task CutAfter(Flow flow, long bytes)
    {
        lock (_lock)
        {
            _cut = (flow, bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            return _cut.Value.Done.Task;
        }
    }

    /// <summary>Resets the next connection that carries an array beside the calls as soon as so many of its bytes went one way; calls stay as they are.</summary>
    /// <param name="flow">The way that is counted.</param>
    /// <param name="bytes">How many.</param>
    /// <returns>Completes when it has happened.</returns>
    internal Task CutArrayAfter(Flow flow, long bytes)
    {
        lock (_lock)
        {
            _arrayCut = (flow, bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            return _arrayCut.Value.Done.Task;
        }
    }

    /// <summary>Nobody listens any more, and every connection is reset: a machine whose program has ended.</summary>
    internal void Refuse()
    {
        lock (_lock)
        {
            if (!_isRefusing)
            {
                _isRefusing = true;
                _listener.Dispose();

                // Bound and not listening, the port refuses and stays ours.
                _listener = Bind(EndPoint);
            }
        }

        Cut();
    }

    /// <summary>Bytes wait here, and the ends of connections with them, while new connections are taken: a program that hangs. They are delivered late.</summary>
    internal void Hold(params IEnumerable<Flow> flows) => Treat(Treatment.Hold, TimeSpan.Zero, flows);

    /// <summary>Bytes are taken and lost: a network that drops packets. Connections that lost some are reset when it is over.</summary>
    internal void Swallow(params IEnumerable<Flow> flows) => Treat(Treatment.Swallow, TimeSpan.Zero, flows);

    /// <summary>Each piece of a stream comes so much later.</summary>
    internal void Delay(TimeSpan delay, params IEnumerable<Flow> flows) => Treat(Treatment.Pass, delay, flows);

    /// <summary>Everything passes again: what waited is delivered.</summary>
    internal void Restore()
    {
        lock (_lock)
        {
            foreach (ProxyLink link in _links.Where(link => link.LostBytes).ToArray())
            {
                _links.Remove(link);
                link.End(abruptly: true);
            }

            if (_isRefusing)
            {
                _isRefusing = false;
                Listen();
            }
        }

        Treat(Treatment.Pass, TimeSpan.Zero, []);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Task[] running;
        lock (_lock)
        {
            _listener.Dispose();
            running = [.. _running];
        }

        Cut();
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static Socket Bind(EndPoint endpoint)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(endpoint);
        return socket;
    }

    private void Listen()
    {
        _listener.Listen();
        Keep(AcceptAsync(_listener));
    }

    private void Keep(Task task)
    {
        lock (_lock)
        {
            _running.RemoveAll(static ended => ended.IsCompleted);
            _running.Add(task);
        }
    }

    private void Treat(Treatment treatment, TimeSpan delay, IEnumerable<Flow> flows)
    {
        Flow[] chosen = [.. flows];
        foreach (Flow flow in chosen.Length == 0 ? Enum.GetValues<Flow>() : chosen)
        {
            GateOf(flow).Set(treatment, delay);
        }
    }

    private ProxyGate GateOf(Flow flow) => flow == Flow.ToTarget ? _toTarget : _toCaller;

    private async Task AcceptAsync(Socket listener)
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                Keep(ServeAsync(await listener.AcceptAsync(_stop.Token)));
            }
        }
        catch (Exception problem) when (problem is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // It refuses from now on, or is disposed.
        }
    }

    private async Task ServeAsync(Socket caller)
    {
        using var link = new ProxyLink(caller);
        lock (_lock)
        {
            _links.Add(link);
        }

        try
        {
            EndPoint target = await _target.Task.WaitAsync(_stop.Token);
            Socket inner = link.Connecting(target);
            await inner.ConnectAsync(target, _stop.Token);
            await Task.WhenAll(PumpAsync(caller, inner, Flow.ToTarget, link), PumpAsync(inner, caller, Flow.ToCaller, link));
            link.Dispose();
        }
        catch (Exception problem) when (problem is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One side is gone: so is the other.
        }
        finally
        {
            lock (_lock)
            {
                _links.Remove(link);
            }

            link.End(abruptly: true);
        }
    }

    private async Task PumpAsync(Socket source, Socket sink, Flow flow, ProxyLink link)
    {
        try
        {
            byte[] buffer = new byte[64 << 10];
            long passed = 0;
            while (true)
            {
                int count = await source.ReceiveAsync(buffer, _stop.Token);
                link.IsArray |= flow == Flow.ToTarget && passed == 0 && buffer.AsSpan(0, count).StartsWith(ArrayConnectionBegins);
                if (!await GateOf(flow).AdmitAsync(_stop.Token))
                {
                    link.LostBytes = true;
                }
                else if (count > 0)
                {
                    for (int sent = 0; sent < count;)
                    {
                        sent += await sink.SendAsync(buffer.AsMemory(sent, count - sent), _stop.Token);
                    }

                    Count(flow, count);
                    passed += count;
                    CutArray(flow, passed, link);
                }
                else
                {
                    sink.Shutdown(SocketShutdown.Send);
                }

                if (count == 0)
                {
                    return;
                }
            }
        }
        catch (Exception problem) when (problem is SocketException or ObjectDisposedException)
        {
            link.End(abruptly: true);
        }
    }

    private void CutArray(Flow flow, long passed, ProxyLink link)
    {
        TaskCompletionSource done;
        lock (_lock)
        {
            if (_arrayCut is not { } cut || cut.Flow != flow || !link.IsArray || passed < cut.Bytes)
            {
                return;
            }

            _arrayCut = null;
            done = cut.Done;
        }

        link.End(abruptly: true);
        done.SetResult();
    }

    private void Count(Flow flow, int bytes)
    {
        TaskCompletionSource done;
        lock (_lock)
        {
            if (_cut is not { } cut || cut.Flow != flow)
            {
                return;
            }

            _cut = cut.Left > bytes ? cut with { Left = cut.Left - bytes } : null;
            if (_cut is not null)
            {
                return;
            }

            done = cut.Done;
        }

        Cut();
        done.SetResult();
    }
}

/// <summary>Which way bytes go.</summary>
internal enum Flow
{
    /// <summary>From whoever called to the target.</summary>
    ToTarget,

    /// <summary>Back.</summary>
    ToCaller,
}
