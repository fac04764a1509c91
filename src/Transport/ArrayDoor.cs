using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace S2M.Transport;

/// <summary>
/// Lets connections for arrays in at the port of the calls. Such a connection begins with <see cref="Greeting"/> and a ticket, and gets the greeting back, so that whatever else answers
/// is told from it, then the bytes of the array, straight from where they lie; any other one is the calls'.
/// </summary>
public static class ArrayDoor
{
    /// <summary>Bytes that go out at a time, so that an offer that is over is noticed.</summary>
    private const int PieceBytes = 1 << 20;

    // A connection that says nothing is not kept.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How a connection for an array begins; HTTP/2 begins with another letter.</summary>
    internal static ReadOnlyMemory<byte> Greeting { get; } = "S2M-ARR1"u8.ToArray();

    /// <summary>Opens the door of an endpoint.</summary>
    /// <param name="endpoint">The endpoint of the calls.</param>
    /// <param name="offers">What there is to take.</param>
    /// <param name="time">Ends connections that say nothing.</param>
    public static void UseArrayDoor(this ListenOptions endpoint, ArrayOffers offers, TimeProvider time)
        => endpoint.Use(next => async connection =>
        {
            if (await TicketAsync(connection, time) is not { } ticket)
            {
                await next(connection);
            }
            else if (ticket.Length > 0 && offers.TryTake(ticket, out ArrayOffer? offer))
            {
                await SendAsync(connection, offer);
            }
        });

    /// <summary>Reads the greeting and the ticket behind it: null where it is a connection for calls, of which nothing is consumed then; empty where it said nothing whole.</summary>
    private static async Task<byte[]?> TicketAsync(ConnectionContext connection, TimeProvider time)
    {
        PipeReader input = connection.Transport.Input;
        using var patience = new CancellationTokenSource(Patience, time);
        CancellationToken closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, closing);
        try
        {
            while (true)
            {
                ReadResult read = await input.ReadAsync(stop.Token);
                ReadOnlySequence<byte> seen = read.Buffer;
                if (!StartsLikeGreeting(seen))
                {
                    input.AdvanceTo(seen.Start);
                    return null;
                }

                if (seen.Length >= Greeting.Length + ArrayOffer.TicketBytes)
                {
                    byte[] ticket = seen.Slice(Greeting.Length, ArrayOffer.TicketBytes).ToArray();
                    input.AdvanceTo(seen.End);
                    return ticket;
                }

                input.AdvanceTo(seen.Start, seen.End);
                if (read.IsCompleted)
                {
                    return [];
                }
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or IOException)
        {
            return [];
        }
    }

    private static bool StartsLikeGreeting(ReadOnlySequence<byte> seen)
    {
        int length = (int)Math.Min(seen.Length, Greeting.Length);
        Span<byte> start = stackalloc byte[Greeting.Length];
        seen.Slice(0, length).CopyTo(start);
        return start[..length].SequenceEqual(Greeting.Span[..length]);
    }

    private static async Task SendAsync(ConnectionContext connection, ArrayOffer offer)
    {
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed, offer.Over);
            await SendAsync(connection, Greeting, stop.Token);
            for (int sent = 0; sent < offer.Bytes.Length; sent += PieceBytes)
            {
                await SendAsync(connection, offer.Bytes.Slice(sent, Math.Min(PieceBytes, offer.Bytes.Length - sent)), stop.Token);
            }

            offer.Succeed();
        }
        catch (Exception problem) when (problem is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            offer.Fail(problem);
            connection.Abort(new ConnectionAbortedException("an array was not taken to its end", problem));
        }
    }

    // Past the server's own buffers, which hold nothing of this connection, where there is a socket.
    private static async Task SendAsync(ConnectionContext connection, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket)
        {
            await connection.Transport.Output.WriteAsync(bytes, cancellationToken);
            return;
        }

        for (int sent = 0; sent < bytes.Length;)
        {
            sent += await socket.SendAsync(bytes[sent..], SocketFlags.None, cancellationToken);
        }
    }
}
