using Google.Protobuf;
using Grpc.Core;
using S2M.Protos.V1;
using S2M.Transport;
using ParameterLayout = S2M.Numerics.Parameters.ParameterLayout;

namespace S2M.Worker.Services;

/// <summary>Sends an answer: definition, arrays in chunks or over connections of their own, and what was done.</summary>
internal static class AnswerWriter
{
    private const int ChunkBytes = 1 << 16;

    /// <summary>Sends.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="stream">Where it goes.</param>
    /// <param name="offers">Takes arrays that are large enough for a connection of their own.</param>
    /// <param name="ticketBytes">From how many bytes on they are; 0 where none is.</param>
    /// <param name="cancellationToken">Stops at the next chunk.</param>
    /// <exception cref="RpcException">An array was not taken to its end.</exception>
    internal static async Task WriteAsync(
        ShareAnswer answer, IServerStreamWriter<ComputeShareResponse> stream, ArrayOffers offers, long ticketBytes, CancellationToken cancellationToken)
    {
        // A header leaves with what follows it. Chunks do not wait for each other: they would all be held in memory.
        var withNext = new WriteOptions(WriteFlags.BufferHint);
        stream.WriteOptions = withNext;
        if (answer.Network is not null)
        {
            await stream.WriteAsync(new ComputeShareResponse { Network = answer.Network }, cancellationToken);
        }

        foreach (AnswerArray array in answer.Arrays)
        {
            if (ticketBytes > 0 && array.Bytes.Length >= ticketBytes)
            {
                await OfferAsync(array, stream, offers, cancellationToken);
                continue;
            }

            stream.WriteOptions = withNext;
            await stream.WriteAsync(new ComputeShareResponse { Array = array.Header }, cancellationToken);
            stream.WriteOptions = WriteOptions.Default;
            for (int offset = 0; offset < array.Bytes.Length; offset += ChunkBytes)
            {
                var chunk = new TensorChunk { Offset = offset, Data = array.Slice(offset, Math.Min(ChunkBytes, array.Bytes.Length - offset)) };
                await stream.WriteAsync(new ComputeShareResponse { Chunk = chunk }, cancellationToken);
            }
        }

        stream.WriteOptions = WriteOptions.Default;
        var done = new ShareDone { Items = answer.Items, ComputeSeconds = answer.Compute.TotalSeconds, FetchSeconds = answer.Fetch.TotalSeconds };
        await stream.WriteAsync(new ComputeShareResponse { Done = done }, cancellationToken);
    }

    private static async Task OfferAsync(AnswerArray array, IServerStreamWriter<ComputeShareResponse> stream, ArrayOffers offers, CancellationToken cancellationToken)
    {
        using ArrayOffer offer = offers.Add(array.Bytes);
        ArrayHeader header = array.Header.Clone();
        header.Ticket = UnsafeByteOperations.UnsafeWrap(offer.Ticket);
        stream.WriteOptions = WriteOptions.Default;
        await stream.WriteAsync(new ComputeShareResponse { Array = header }, cancellationToken);
        try
        {
            await offer.Sent.WaitAsync(cancellationToken);
        }
        catch (IOException broke)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, broke.Message, broke));
        }
    }

    /// <summary>A layout as the wire has it.</summary>
    internal static Protos.V1.ParameterLayout Write(ParameterLayout layout)
    {
        var written = new Protos.V1.ParameterLayout();
        written.Entries.AddRange(layout.Entries.Select(entry => new Protos.V1.ParameterEntry
        {
            Name = entry.Name,
            Shape = { entry.Shape.Select(length => (long)length) },
            LearningRateScale = entry.LearningRateScale,
            WeightDecayScale = entry.WeightDecayScale,
        }));
        return written;
    }
}
