using System.Runtime.InteropServices;
using Grpc.Core;
using S2M.Numerics.Parameters;
using S2M.Protos.V1;
using S2M.Transport;

namespace S2M.Worker.Parameters;

/// <summary>Reads float32 arrays from a stream of headers and chunks, or over connections of their own, straight into their memory, and refuses every gap.</summary>
internal static class ArrayPull
{
    private const long LongestArray = 1L << 28;

    /// <summary>Reads the arrays of an answer.</summary>
    /// <param name="stream">The answer.</param>
    /// <param name="at">Who answers: connections for arrays go there.</param>
    /// <param name="expected">How many arrays it has.</param>
    /// <param name="received">Is told the bytes of each chunk, or of an array that came over a connection of its own.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="WorkerException">The stream is not so many whole arrays.</exception>
    /// <exception cref="IOException">A connection for an array broke; <see cref="ArrayDoorException"/> where none came about.</exception>
    internal static async Task<IReadOnlyList<float[]>> ReadAsync(
        IAsyncStreamReader<FetchArraysResponse> stream, Uri at, int expected, Action<int> received, CancellationToken cancellationToken)
    {
        var arrays = new List<float[]>();
        long filled = 0;
        Task<bool>? next = null;
        while (await (next ?? stream.MoveNext(cancellationToken)))
        {
            next = null;
            FetchArraysResponse response = stream.Current;
            switch (response.PartCase)
            {
                case FetchArraysResponse.PartOneofCase.Array:
                    RequireWhole(arrays, filled);
                    arrays.Add(await BeginAsync(response.Array));
                    filled = 0;
                    if (!response.Array.Ticket.IsEmpty)
                    {
                        Memory<byte> memory = ArrayBytes.Writable(arrays[^1]);
                        next = stream.MoveNext(cancellationToken);
                        await ArrayConnection.ReadAsync(at, response.Array.Ticket.Memory, memory, filled: null, next, cancellationToken);
                        filled = memory.Length;
                        received(memory.Length);
                    }

                    break;
                case FetchArraysResponse.PartOneofCase.Chunk:
                    filled = Fill(arrays, filled, response.Chunk);
                    received(response.Chunk.Data.Length);
                    break;
                default:
                    throw new WorkerException("arrays: expected a header or a chunk, got neither; the coordinator is of another version");
            }
        }

        RequireWhole(arrays, filled);
        return arrays.Count == expected ? arrays : throw new WorkerException($"arrays: expected {expected}, got {arrays.Count}; the coordinator is of another version");
    }

    private static async Task<float[]> BeginAsync(ArrayHeader header)
    {
        if (header.ElementType != ElementType.Float32 || header.Length is < 0 or > LongestArray)
        {
            throw new WorkerException($"arrays: expected float32 and 0 to {LongestArray} numbers, got {header.ElementType} and {header.Length}");
        }

        // What earlier shares and versions left is garbage by now; a network's next version lies where they lay.
        await LargeVectors.CollectAsync(header.Length);
        return GC.AllocateUninitializedArray<float>((int)header.Length);
    }

    private static long Fill(List<float[]> arrays, long filled, TensorChunk chunk)
    {
        Span<byte> bytes = arrays.Count == 0 ? [] : MemoryMarshal.AsBytes(arrays[^1].AsSpan());
        if (chunk.Offset != filled || chunk.Data.Length > bytes.Length - filled)
        {
            throw new WorkerException($"arrays: expected a chunk at byte {filled} of {bytes.Length}, got {chunk.Data.Length} bytes at {chunk.Offset}; the stream has a gap");
        }

        chunk.Data.Span.CopyTo(bytes[(int)filled..]);
        return filled + chunk.Data.Length;
    }

    private static void RequireWhole(List<float[]> arrays, long filled)
    {
        if (arrays.Count > 0 && filled != arrays[^1].Length * (long)sizeof(float))
        {
            throw new WorkerException($"arrays: expected {arrays[^1].Length * (long)sizeof(float)} bytes of array {arrays.Count - 1}, got {filled}; the stream ended early");
        }
    }
}
