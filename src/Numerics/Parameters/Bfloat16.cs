using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace S2M.Numerics.Parameters;

/// <summary>
/// bfloat16, the upper half of a float32: its sign and exponent, and 8 significant bits. Integer arithmetic on the bits, so that every machine rounds alike.
/// </summary>
public static class Bfloat16
{
    private const uint UpperHalf = 0xFFFF_0000;

    // Just below a half of the last bit that stays; with that bit added it is a half for odd numbers, which so go up to even.
    private const uint BelowHalf = 0x7FFF;

    /// <summary>Rounds float32 numbers to the nearest bfloat16, ties to even. They stay float32, with a lower half of zeros.</summary>
    /// <param name="values">Finite numbers, changed in place. Those within half a unit of the largest float32 become infinite.</param>
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

    /// <summary>Gives the float32 numbers of upper halves, exactly.</summary>
    /// <param name="halves">The halves.</param>
    /// <param name="values">Receives the numbers, of the same length.</param>
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
