using System.Diagnostics;
using System.Net.Sockets;

namespace S2M.Transport;

/// <summary>The side that takes an array: a connection for it alone, read straight into its memory.</summary>
public static class ArrayConnection
{
    /// <summary>Name of the source of its spans: one for each array that is taken.</summary>
    public const string ActivitySourceName = "S2M.Transport";

    private static readonly ActivitySource Activities = new(ActivitySourceName);

    // For the connection and the greeting: something between that does not know them may say nothing at all.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Without a byte: the other side is gone, or hangs, and the call beside may not show it.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    /// <summary>Takes an array.</summary>
    /// <param name="address">Where the other side's calls go, such as http://host:port.</param>
    /// <param name="ticket">The ticket that it told.</param>
    /// <param name="memory">Gets the bytes: exactly as many as the array has.</param>
    /// <param name="filled">Is told after each part how many bytes there are by now; they lie in the memory.</param>
    /// <param name="call">The next answer of the call that told the ticket: where it fails nothing more is waited for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArrayDoorException">Nothing of the array came: there is no way for such connections to the other side, or the offer is over.</exception>
    /// <exception cref="IOException">The connection broke in the middle.</exception>
    /// <exception cref="Exception">That of the call, where it failed.</exception>
    public static Task ReadAsync(Uri address, ReadOnlyMemory<byte> ticket, Memory<byte> memory, Action<int>? filled, Task<bool> call, CancellationToken cancellationToken)
        => ReadAsync(address, ticket, memory, filled, call, (Patience, Silence), cancellationToken);

    internal static async Task ReadAsync(
        Uri address,
        ReadOnlyMemory<byte> ticket,
        Memory<byte> memory,
        Action<int>? filled,
        Task<bool> call,
        (TimeSpan Greeting, TimeSpan Silence) patience,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(call);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task read = TakeAsync(address, ticket, memory, filled, patience, stop.Token);
        if (await Task.WhenAny(read, call) == call && !call.IsCompletedSuccessfully)
        {
            await stop.CancelAsync();
            await read.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await call;
        }

        try
        {
            await read;
        }
        catch (IOException) when (call.IsFaulted || call.IsCanceled)
        {
            await call;
            throw;
        }
    }

    private static async Task TakeAsync(
        Uri address,
        ReadOnlyMemory<byte> ticket,
        Memory<byte> memory,
        Action<int>? filled,
        (TimeSpan Greeting, TimeSpan Silence) patience,
        CancellationToken cancellationToken)
    {
        int came = 0;
        using Activity? activity = Activities.StartActivity("take array");
        activity?.SetTag("s2m.bytes", memory.Length);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            stop.CancelAfter(patience.Greeting);
            await GreetAsync(socket, address, ticket, stop.Token);
            while (came < memory.Length)
            {
                stop.CancelAfter(patience.Silence);
                came += await ReceiveAsync(socket, memory[came..], stop.Token);
                filled?.Invoke(came);
            }
        }
        catch (Exception problem) when (problem is SocketException or IOException || (problem is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            activity?.SetStatus(ActivityStatusCode.Error, problem.Message);
            string what = problem is OperationCanceledException ? "nothing came for too long" : problem.Message;
            throw came == 0
                ? new ArrayDoorException($"array of {memory.Length} bytes from {address}: expected a connection of its own, got none: {what}", problem)
                : new IOException($"array of {memory.Length} bytes from {address}: broke after {came} bytes: {what}", problem);
        }
    }

    private static async Task GreetAsync(Socket socket, Uri address, ReadOnlyMemory<byte> ticket, CancellationToken cancellationToken)
    {
        await socket.ConnectAsync(address.IdnHost, address.Port, cancellationToken);
        byte[] greeting = [.. ArrayDoor.Greeting.Span, .. ticket.Span];
        await socket.SendAsync(greeting, SocketFlags.None, cancellationToken);
        byte[] answer = new byte[ArrayDoor.Greeting.Length];
        for (int came = 0; came < answer.Length;)
        {
            came += await ReceiveAsync(socket, answer.AsMemory(came), cancellationToken);
        }

        if (!answer.AsSpan().SequenceEqual(ArrayDoor.Greeting.Span))
        {
            throw new IOException("what answers is something else");
        }
    }

    private static async Task<int> ReceiveAsync(Socket socket, Memory<byte> memory, CancellationToken cancellationToken)
    {
        int more = await socket.ReceiveAsync(memory, SocketFlags.None, cancellationToken);
        return more > 0 ? more : throw new IOException("the connection ended");
    }
}
