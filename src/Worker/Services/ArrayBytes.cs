using System.Buffers;
using System.Runtime.InteropServices;

namespace S2M.Worker.Services;

/// <summary>The bytes of an array of numbers, seen as memory, without a copy.</summary>
/// <typeparam name="T">The numbers' type.</typeparam>
internal sealed class ArrayBytes<T> : MemoryManager<byte>
    where T : unmanaged
{
    private readonly T[] _values;

    private ArrayBytes(T[] values) => _values = values;

    /// <summary>Sees an array as bytes, little-endian as all our machines are.</summary>
    internal static ReadOnlyMemory<byte> Of(T[] values) => values.Length == 0 ? default : new ArrayBytes<T>(values).Memory;

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(_values.AsSpan());

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException("array bytes: expected to be read as a span, got a request for an address");

    /// <inheritdoc/>
    public override void Unpin()
    {
        // Nothing is ever pinned.
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // The array belongs to the garbage collector.
    }
}
