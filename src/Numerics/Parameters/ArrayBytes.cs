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

    /// <summary>Sees an array as bytes that may be written, little-endian as all our machines are.</summary>
    /// <typeparam name="T">The numbers' type.</typeparam>
    /// <param name="values">The array, which holds what is written.</param>
    public static Memory<byte> Writable<T>(T[] values)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.Length == 0 ? default : new View<T>(values).Memory;
    }

    private sealed class View<T>(T[] values) : MemoryManager<byte>
        where T : unmanaged
    {
        public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(values.AsSpan());

        // A socket that reads into the array, or sends from it, needs its address for as long.
        public override unsafe MemoryHandle Pin(int elementIndex = 0)
        {
            var pinned = GCHandle.Alloc(values, GCHandleType.Pinned);
            return new MemoryHandle((byte*)pinned.AddrOfPinnedObject() + elementIndex, pinned);
        }

        public override void Unpin()
        {
            // The handle unpins itself.
        }

        protected override void Dispose(bool disposing)
        {
            // The array belongs to the garbage collector.
        }
    }
}
