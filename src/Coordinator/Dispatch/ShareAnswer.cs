using System.Runtime.InteropServices;
using Grpc.Core;
using S2M.Coordinator.Workers;
using S2M.Numerics.Averaging;
using S2M.Numerics.Parameters;
using S2M.Transport;
using Wire = S2M.Protos.V1;

namespace S2M.Coordinator.Dispatch;

/// <summary>An answer to a share, put together from its stream; complete or not at all.</summary>
internal sealed class ShareAnswer
{
    // A worker that announces more is not believed.
    private const long LargestArrayBytes = 1L << 30;

    // Filled in place: what a caller gets is what was received, copied by nobody.
    private readonly List<(Wire.ArrayHeader Header, Array Values)> _arrays = [];

    // Bytes of the newest one that have come.
    private long _filled;

    private ShareAnswer()
    {
    }

    /// <summary>What the network is; absent unless it was asked for.</summary>
    internal Wire.NetworkDefinition? Network { get; private set; }

    /// <summary>How it went.</summary>
    internal Wire.ShareDone Done { get; private set; } = new();

    /// <summary>Who computed it.</summary>
    internal LentWorker? Worker { get; private set; }

    /// <summary>How many arrays there are.</summary>
    internal int Count => _arrays.Count;

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="worker">Who sends it.</param>
    /// <param name="address">Where connections for arrays go.</param>
    /// <param name="stream">Headers and chunks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ShareAnswerException">It is not what was agreed, or ends before it is complete.</exception>
    /// <exception cref="IOException">A connection for an array broke; <see cref="ArrayDoorException"/> where none came about.</exception>
    internal static async Task<ShareAnswer> ReadAsync(
        LentWorker worker, Uri address, IAsyncStreamReader<Wire.ComputeShareResponse> stream, CancellationToken cancellationToken)
    {
        var answer = new ShareAnswer { Worker = worker };
        bool done = false;
        Task<bool>? next = null;
        while (await (next ?? stream.MoveNext(cancellationToken)))
        {
            next = null;
            Require(!done, "nothing behind the end");
            switch (stream.Current.PartCase)
            {
                case Wire.ComputeShareResponse.PartOneofCase.Network:
                    answer.Network = stream.Current.Network;
                    break;
                case Wire.ComputeShareResponse.PartOneofCase.Array:
                    // What the step before left, and what other workers were vetted with, is garbage by now, and nobody's stack holds it any more.
                    Wire.ArrayHeader header = stream.Current.Array;
                    await LargeVectors.CollectAsync(header.Length);
                    answer.Begin(header);
                    if (!header.Ticket.IsEmpty)
                    {
                        next = stream.MoveNext(cancellationToken);
                        await answer.TakeAsync(address, header, next, cancellationToken);
                    }

                    break;
                case Wire.ComputeShareResponse.PartOneofCase.Chunk:
                    answer.Fill(stream.Current.Chunk);
                    break;
                case Wire.ComputeShareResponse.PartOneofCase.Done:
                    answer.Done = stream.Current.Done;
                    done = true;
                    break;
                default:
                    throw new ShareAnswerException("answer: expected a part, got none");
            }
        }

        Require(done, "an end");
        answer.RequireFull();
        return answer;
    }

    /// <summary>An array of float32: the answer's own.</summary>
    internal float[] Floats(int index) => Of<float>(index);

    /// <summary>An array of float64: the answer's own.</summary>
    internal double[] Doubles(int index) => Of<double>(index);

    /// <summary>A node of the step's tree.</summary>
    internal (int First, int Count, EpisodeSum Sum) Node(int index)
    {
        Require(index < _arrays.Count && _arrays[index].Header.Node is not null, $"the node of a gradient at {index}");
        Wire.TreeNode node = _arrays[index].Header.Node;
        return (node.First, node.Count, node.Present == 0 ? EpisodeSum.Absent : new EpisodeSum(node.Present, Floats(index), [.. node.Metrics]));
    }

    /// <summary>Refuses the answer unless a condition holds.</summary>
    /// <exception cref="ShareAnswerException">It does not.</exception>
    internal static void Require(bool holds, string expected)
    {
        if (!holds)
        {
            throw new ShareAnswerException($"answer: expected {expected}, got something else");
        }
    }

    private static int SizeOf(Wire.ElementType type) => type switch
    {
        Wire.ElementType.Float32 => sizeof(float),
        Wire.ElementType.Float64 => sizeof(double),
        Wire.ElementType.Bfloat16 => sizeof(ushort),
        _ => throw new ShareAnswerException($"answer: expected float32, float64 or bfloat16, got {type}"),
    };

    private static long BytesOf(Wire.ArrayHeader header) => header.Length * SizeOf(header.ElementType);

    private static Span<byte> BytesOf(Array values)
        => values is float[] floats ? MemoryMarshal.AsBytes(floats.AsSpan()) : MemoryMarshal.AsBytes(((double[])values).AsSpan());

    private void Begin(Wire.ArrayHeader header)
    {
        RequireFull();
        Require(header.Length >= 0 && header.Length <= LargestArrayBytes / Math.Max(SizeOf(header.ElementType), sizeof(float)), $"an array of 0 to {LargestArrayBytes} bytes");
        _arrays.Add((header, header.ElementType == Wire.ElementType.Float64
            ? GC.AllocateUninitializedArray<double>((int)header.Length)
            : GC.AllocateUninitializedArray<float>((int)header.Length)));
        _filled = 0;
    }

    /// <summary>Fills the newest array over a connection of its own. Halves come into the second half of its memory and are spread from there as they come.</summary>
    private async Task TakeAsync(Uri address, Wire.ArrayHeader header, Task<bool> next, CancellationToken cancellationToken)
    {
        Array values = _arrays[^1].Values;
        Memory<byte> memory = values is float[] floats ? ArrayBytes.Writable(floats) : ArrayBytes.Writable((double[])values);
        Action<int>? filled = null;
        if (header.ElementType == Wire.ElementType.Bfloat16)
        {
            memory = memory[^(int)BytesOf(header)..];
            int spread = 0;
            filled = bytes =>
            {
                Bfloat16.Spread((float[])values, spread, bytes / sizeof(ushort));
                spread = bytes / sizeof(ushort);
            };
        }

        await ArrayConnection.ReadAsync(address, header.Ticket.Memory, memory, filled, next, cancellationToken);
        _filled = BytesOf(header);
    }

    private void Fill(Wire.TensorChunk chunk)
    {
        Require(_arrays.Count > 0, "a header before a chunk");
        (Wire.ArrayHeader header, Array values) = _arrays[^1];
        Require(chunk.Offset == _filled && chunk.Data.Length <= BytesOf(header) - _filled, "chunks in order, within their array");
        if (header.ElementType == Wire.ElementType.Bfloat16)
        {
            Require(chunk.Data.Length % sizeof(ushort) == 0, "chunks of whole numbers");
            Bfloat16.Unpack(MemoryMarshal.Cast<byte, ushort>(chunk.Data.Span), ((float[])values).AsSpan((int)(_filled / sizeof(ushort))));
        }
        else
        {
            chunk.Data.Span.CopyTo(BytesOf(values)[(int)_filled..]);
        }

        _filled += chunk.Data.Length;
    }

    private void RequireFull() => Require(_arrays.Count == 0 || _filled == BytesOf(_arrays[^1].Header), "every array whole");

    private T[] Of<T>(int index)
    {
        Require(index < _arrays.Count && _arrays[index].Values is T[], $"an array of {typeof(T).Name} at {index}");
        return (T[])_arrays[index].Values;
    }
}
