using Google.Protobuf;
using Grpc.Core;

namespace S2M.Client.Connections;

/// <summary>Cuts a stream of bytes into messages.</summary>
internal static class Messages
{
    /// <summary>Bytes of a message, 256 KiB: a server takes up to 1 MiB.</summary>
    internal const int Size = 256 * 1024;

    /// <summary>Reads the bytes of the next message.</summary>
    /// <param name="content">Where they come from.</param>
    /// <param name="buffer">At most <see cref="Size"/> bytes, used again for each message.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Empty at the end.</returns>
    internal static async Task<ByteString> ReadAsync(Stream content, byte[] buffer, CancellationToken cancellationToken)
    {
        int read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return ByteString.CopyFrom(buffer.AsSpan(0, read));
    }

    /// <summary>Writes a message.</summary>
    /// <returns>False where the server ended the call meanwhile: its answer says why.</returns>
    internal static async Task<bool> TryWriteAsync<T>(IClientStreamWriter<T> stream, T message, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(message, cancellationToken);
            return true;
        }
        catch (Exception problem) when (problem is InvalidOperationException or RpcException or IOException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Says that no message follows.</summary>
    internal static async Task CompleteAsync<T>(IClientStreamWriter<T> stream)
    {
        try
        {
            await stream.CompleteAsync();
        }
        catch (Exception problem) when (problem is InvalidOperationException or RpcException or IOException)
        {
            // Ended by the server already: its answer says why.
        }
    }
}
