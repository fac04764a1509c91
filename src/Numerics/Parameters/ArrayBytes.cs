using System.Buffers;
using System.Runtime.InteropServices;

namespace S2M.Numerics.Parameters;

/// <summary>The bytes of an array of numbers, seen as memory, without a copy.</summary>
public static class ArrayBytes
{
    /// <summary>Sees an array as bytes, little-endian as all our machines are.</summary>
    /// <typeparam name="T">The numbers' type.</typeparam>
    /// <param name="values">The array; whoever changes it changes what is seen.</param>
    public static ReadOnlyMemory<byte> Of<T>(T[] values)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.Length == 0 ? default : new View<T>(values).Memory;
    }

    private sealed class View<T>(T[] values) : MemoryManager<byte>
        where T : unmanaged
    {
        public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(values.AsSpan());

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException("array bytes: expected to be read as a span, got a request for an address");

        public override void Unpin()
        {
            // Nothing is ever pinned.
        }

        protected override void Dispose(bool disposing)
        {
            // The array belongs to the garbage collector.
        }
    }
}
