using System.Net.Sockets;

namespace S2M.Transport;

/// <summary>The side that takes an array: a connection for it alone, read straight into its memory.</summary>
public static class ArrayConnection
{
    // For the connection and the greeting: something between that does not know them may say nothing at all.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Whether an address can be asked for arrays: where calls are encrypted, by something between, only calls go through.</summary>
    /// <param name="address">Where the other side's calls go.</param>
    public static bool IsFor(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.Scheme == Uri.UriSchemeHttp;
    }

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
        => ReadAsync(address, ticket, memory, filled, call, Patience, cancellationToken);

    internal static async Task ReadAsync(
        Uri address, ReadOnlyMemory<byte> ticket, Memory<byte> memory, Action<int>? filled, Task<bool> call, TimeSpan patience, CancellationToken cancellationToken)
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

        await read;
    }

    private static async Task TakeAsync(
        Uri address, ReadOnlyMemory<byte> ticket, Memory<byte> memory, Action<int>? filled, TimeSpan patience, CancellationToken cancellationToken)
    {
        int came = 0;
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await GreetAsync(socket, address, ticket, patience, cancellationToken);
            while (came < memory.Length)
            {
                came += await ReceiveAsync(socket, memory[came..], cancellationToken);
                filled?.Invoke(came);
            }
        }
        catch (Exception problem) when (problem is SocketException or IOException)
        {
            throw came == 0
                ? new ArrayDoorException($"array of {memory.Length} bytes from {address}: expected a connection of its own, got none: {problem.Message}", problem)
                : new IOException($"array of {memory.Length} bytes from {address}: broke after {came} bytes: {problem.Message}", problem);
        }
    }

    private static async Task GreetAsync(Socket socket, Uri address, ReadOnlyMemory<byte> ticket, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(patience);
        byte[] answer = new byte[ArrayDoor.Greeting.Length];
        try
        {
            await socket.ConnectAsync(address.IdnHost, address.Port, stop.Token);
            byte[] greeting = [.. ArrayDoor.Greeting.Span, .. ticket.Span];
            await socket.SendAsync(greeting, SocketFlags.None, stop.Token);
            for (int came = 0; came < answer.Length;)
            {
                came += await ReceiveAsync(socket, answer.AsMemory(came), stop.Token);
            }
        }
        catch (OperationCanceledException silent) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"no answer within {patience.TotalSeconds:0.###} s", silent);
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
