using Google.Protobuf;
using S2M.Numerics.Averaging;
using S2M.Numerics.Parameters;
using S2M.Protos.V1;
using S2M.Specification;

namespace S2M.Worker.Services;

/// <summary>What a share gives. Its arrays are sent from where they lie: nobody writes into them any more.</summary>
/// <param name="Network">What the network is, where the share made one.</param>
/// <param name="Arrays">The arrays, in order.</param>
/// <param name="Items">Episodes, images' chunks, groups or support sets that were computed.</param>
internal sealed record ShareAnswer(NetworkDefinition? Network, IReadOnlyList<AnswerArray> Arrays, int Items)
{
    /// <summary>Time on the training thread.</summary>
    internal TimeSpan Compute { get; init; }

    /// <summary>Time before it, spent on pulling what the share refers to.</summary>
    internal TimeSpan Fetch { get; init; }

    /// <summary>Bytes of the arrays.</summary>
    internal long Bytes => Arrays.Sum(array => (long)array.Bytes.Length);
}

/// <summary>An array of an answer.</summary>
/// <param name="Header">How it begins.</param>
/// <param name="Bytes">Its numbers, little-endian.</param>
internal sealed record AnswerArray(ArrayHeader Header, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>An array of float32.</summary>
    internal static AnswerArray Of(float[] values) => new(new ArrayHeader { ElementType = ElementType.Float32, Length = values.Length }, ArrayBytes.Of(values));

    /// <summary>An array of float64.</summary>
    internal static AnswerArray Of(double[] values) => new(new ArrayHeader { ElementType = ElementType.Float64, Length = values.Length }, ArrayBytes.Of(values));

    /// <summary>A node of the step's tree.</summary>
    /// <param name="first">Its first episode.</param>
    /// <param name="count">How many it covers.</param>
    /// <param name="sum">What it adds up to.</param>
    /// <param name="format">How its numbers are rounded, and travel: a sum of rounded numbers is not rounded.</param>
    internal static AnswerArray Of(int first, int count, EpisodeSum sum, GradientFormat format)
    {
        AnswerArray array = format == GradientFormat.Bfloat16 ? Packed(sum.Values) : Of(sum.Values);
        array.Header.Node = new TreeNode { First = first, Count = count, Present = sum.Present, Metrics = { sum.Metrics } };
        return array;
    }

    private static AnswerArray Packed(float[] rounded)
    {
        ushort[] halves = new ushort[rounded.Length];
        Bfloat16.Pack(rounded, halves);
        return new AnswerArray(new ArrayHeader { ElementType = ElementType.Bfloat16, Length = halves.Length }, ArrayBytes.Of(halves));
    }

    /// <summary>A part of the bytes as the wire takes it, without a copy.</summary>
    internal ByteString Slice(int offset, int length) => UnsafeByteOperations.UnsafeWrap(Bytes.Slice(offset, length));
}
