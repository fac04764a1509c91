using System.Runtime.InteropServices;

namespace S2M.Numerics.Parameters;

/// <summary>Element types of a safetensors file that are read and written here.</summary>
public enum SafeTensorType
{
    /// <summary>IEEE binary32.</summary>
    F32,

    /// <summary>IEEE binary64.</summary>
    F64,

    /// <summary>Upper half of binary32.</summary>
    BF16,

    /// <summary>Signed 64-bit integers.</summary>
    I64,

    /// <summary>Bytes.</summary>
    U8,
}

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">Its name, unique in the file.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Lengths, outermost first; empty for a scalar.</param>
/// <param name="Bytes">Little-endian elements, row-major.</param>
public sealed record SafeTensor(string Name, SafeTensorType Type, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Bytes of one element.</summary>
    /// <param name="type">The type.</param>
    public static int SizeOf(SafeTensorType type) => type switch
    {
        SafeTensorType.F64 or SafeTensorType.I64 => 8,
        SafeTensorType.F32 => 4,
        SafeTensorType.BF16 => 2,
        _ => 1,
    };

    /// <summary>A float32 tensor with a copy of the values.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Lengths, outermost first.</param>
    /// <param name="values">Elements, row-major.</param>
    public static SafeTensor FromFloats(string name, IEnumerable<int> shape, ReadOnlySpan<float> values)
        => new(name, SafeTensorType.F32, [.. shape.Select(length => (long)length)], MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A float32 tensor that sees a part of an array, without a copy.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Lengths, outermost first.</param>
    /// <param name="values">Elements, row-major, from <paramref name="offset"/> on. Not changed while the tensor is used.</param>
    /// <param name="offset">The first element's index.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part leaves the array.</exception>
    public static SafeTensor View(string name, IReadOnlyList<int> shape, float[] values, int offset = 0)
        => new(
            name,
            SafeTensorType.F32,
            [.. shape.Select(length => (long)length)],
            ArrayBytes.Of(values).Slice(offset * sizeof(float), shape.Aggregate(1, (count, length) => count * length) * sizeof(float)));

    /// <summary>The elements of a float32 tensor.</summary>
    /// <exception cref="SafeTensorsException">The tensor is of another type.</exception>
    public ReadOnlySpan<float> Floats
        => Type == SafeTensorType.F32 ? MemoryMarshal.Cast<byte, float>(Bytes.Span) : throw new SafeTensorsException($"tensor '{Name}': expected F32, got {Type}");

    /// <summary>A copy of the elements of a float32 tensor.</summary>
    /// <exception cref="SafeTensorsException">The tensor is of another type.</exception>
    public float[] ToFloats() => Floats.ToArray();
}

/// <summary>What a safetensors file holds.</summary>
/// <param name="Tensors">The tensors, in the order of their bytes.</param>
/// <param name="Metadata">The <c>__metadata__</c> entry; empty where there is none.</param>
public sealed record SafeTensorFile(IReadOnlyList<SafeTensor> Tensors, IReadOnlyDictionary<string, string> Metadata);

/// <summary>A file that is no whole safetensors file: the message says what was expected and what was found.</summary>
public sealed class SafeTensorsException : Exception
{
    /// <summary>Makes the error.</summary>
    /// <param name="message">What was expected, what was found.</param>
    public SafeTensorsException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the error from the one beneath it.</summary>
    /// <param name="message">What was expected, what was found.</param>
    /// <param name="innerException">What was caught.</param>
    public SafeTensorsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
