using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace S2M.Numerics.Parameters;

/// <summary>
/// bfloat16, the upper half of a float32: its sign and exponent, and 8 significant bits. Integer arithmetic on the bits, so that every machine rounds alike. Compiled to the
/// end at once: a vector of millions comes long before the runtime would find out that it is worth that.
/// </summary>
public static class Bfloat16
{
    private const int BlockLength = 4096;
    private const uint UpperHalf = 0xFFFF_0000;

    // Just below a half of the last bit that stays; with that bit added it is a half for odd numbers, which so go up to even.
    private const uint BelowHalf = 0x7FFF;

    /// <summary>Rounds float32 numbers to the nearest bfloat16, ties to even. They stay float32, with a lower half of zeros.</summary>
    /// <param name="values">Finite numbers, changed in place. Those within half a unit of the largest float32 become infinite.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Round(Span<float> values)
    {
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(values);
        Span<Vector256<uint>> lanes = Vector256.IsHardwareAccelerated ? MemoryMarshal.Cast<uint, Vector256<uint>>(bits) : [];
        for (int i = 0; i < lanes.Length; i++)
        {
            Vector256<uint> odd = Vector256.ShiftRightLogical(lanes[i], 16) & Vector256<uint>.One;
            lanes[i] = (lanes[i] + odd + Vector256.Create(BelowHalf)) & Vector256.Create(UpperHalf);
        }

        for (int i = lanes.Length * Vector256<uint>.Count; i < bits.Length; i++)
        {
            bits[i] = (bits[i] + ((bits[i] >> 16) & 1) + BelowHalf) & UpperHalf;
        }
    }

    /// <summary>Takes the upper halves, which is exact for rounded numbers.</summary>
    /// <param name="values">Numbers that <see cref="Round"/> has rounded.</param>
    /// <param name="halves">Receives them, of the same length.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(ReadOnlySpan<float> values, Span<ushort> halves)
    {
        ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(values);
        halves = halves[..bits.Length];
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= bits.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
            {
                Vector256<uint> lower = Vector256.ShiftRightLogical(Vector256.Create(bits[i..]), 16);
                Vector256<uint> upper = Vector256.ShiftRightLogical(Vector256.Create(bits[(i + Vector256<uint>.Count)..]), 16);
                Vector256.Narrow(lower, upper).CopyTo(halves[i..]);
            }
        }

        for (; i < bits.Length; i++)
        {
            halves[i] = (ushort)(bits[i] >> 16);
        }
    }

    /// <summary>The same where the halves lie behind each other in the second half of the numbers' own memory: in order, so that none is overwritten before it is read.</summary>
    /// <param name="values">Holds the halves, and receives the numbers.</param>
    /// <param name="first">The first number that is wanted; all before it are there.</param>
    /// <param name="end">The end of those that are wanted.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Spread(Span<float> values, int first, int end)
    {
        // Towards the end a number takes the place of halves that are not read yet: a block is copied before it is spread.
        Span<ushort> block = stackalloc ushort[BlockLength];
        Span<ushort> halves = MemoryMarshal.Cast<float, ushort>(values)[values.Length..];
        for (int at = first; at < end; at += BlockLength)
        {
            int length = Math.Min(BlockLength, end - at);
            halves.Slice(at, length).CopyTo(block);
            Unpack(block[..length], values.Slice(at, length));
        }
    }

    /// <summary>Gives the float32 numbers of upper halves, exactly.</summary>
    /// <param name="halves">The halves.</param>
    /// <param name="values">Receives the numbers, of the same length.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(ReadOnlySpan<ushort> halves, Span<float> values)
    {
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(values)[..halves.Length];
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= halves.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
            {
                (Vector256<uint> lower, Vector256<uint> upper) = Vector256.Widen(Vector256.Create(halves[i..]));
                Vector256.ShiftLeft(lower, 16).CopyTo(bits[i..]);
                Vector256.ShiftLeft(upper, 16).CopyTo(bits[(i + Vector256<uint>.Count)..]);
            }
        }

        for (; i < halves.Length; i++)
        {
            bits[i] = (uint)halves[i] << 16;
        }
    }
}
