using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace S2M.Model.Embedding;

/// <summary>Moves numbers between spans and CPU tensors without temporaries.</summary>
internal static class TensorMemory
{
    /// <summary>A new tensor of the given shape that holds a copy of <paramref name="values"/>.</summary>
    internal static Tensor Copy(ReadOnlySpan<double> values, params long[] shape)
    {
        Tensor tensor = empty(shape, ScalarType.Float64);
        MemoryMarshal.AsBytes(values).CopyTo(tensor.bytes);
        return tensor;
    }

    /// <inheritdoc cref="Copy(ReadOnlySpan{double}, long[])"/>
    internal static Tensor Copy(ReadOnlySpan<float> values, params long[] shape)
    {
        Tensor tensor = empty(shape, ScalarType.Float32);
        MemoryMarshal.AsBytes(values).CopyTo(tensor.bytes);
        return tensor;
    }

    /// <inheritdoc cref="Copy(ReadOnlySpan{double}, long[])"/>
    internal static Tensor Copy(ReadOnlySpan<long> values)
    {
        Tensor tensor = empty([values.Length], ScalarType.Int64);
        MemoryMarshal.AsBytes(values).CopyTo(tensor.bytes);
        return tensor;
    }

    /// <summary>The elements of a contiguous CPU tensor, in place.</summary>
    internal static Span<T> Elements<T>(Tensor tensor)
        where T : struct
        => MemoryMarshal.Cast<byte, T>(tensor.bytes);
}
