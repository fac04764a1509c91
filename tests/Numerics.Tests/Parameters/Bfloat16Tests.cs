using System.Runtime.InteropServices;
using CsCheck;
using S2M.Numerics.Parameters;

namespace S2M.Numerics.Tests.Parameters;

public sealed class Bfloat16Tests
{
    private static readonly Gen<float> Finite = Gen.UInt.Select(BitConverter.UInt32BitsToSingle).Where(float.IsFinite);

    [Fact]
    public void Round_AnyNumber_IsTheNearestOfItsTwoNeighborsAndEvenWhereBothAreAsNear()
        => Finite.Array[0, 40].Sample(values =>
        {
            float[] rounded = [.. values];

            Bfloat16.Round(rounded);

            values.Select(Nearest).Select(BitConverter.DoubleToUInt64Bits).ShouldBe(rounded.Select(value => BitConverter.DoubleToUInt64Bits(value)));
        });

    [Theory]
    [InlineData(0x3F80_8000u, 0x3F80_0000u)]
    [InlineData(0x3F81_8000u, 0x3F82_0000u)]
    [InlineData(0x3F80_8001u, 0x3F81_0000u)]
    [InlineData(0x8000_0001u, 0x8000_0000u)]
    [InlineData(0x0000_8001u, 0x0001_0000u)]
    [InlineData(0x7F7F_7FFFu, 0x7F7F_0000u)]
    [InlineData(0x7F7F_8000u, 0x7F80_0000u)]
    public void Round_TiesAndEnds(uint bits, uint expected)
    {
        float[] values = [.. Enumerable.Repeat(BitConverter.UInt32BitsToSingle(bits), 11)];

        Bfloat16.Round(values);

        values.ShouldAllBe(value => BitConverter.SingleToUInt32Bits(value) == expected);
    }

    [Fact]
    public void Unpack_WhatWasPacked_IsTheSameBits()
        => Finite.Array[0, 60].Sample(values =>
        {
            Bfloat16.Round(values);
            ushort[] halves = new ushort[values.Length];
            float[] back = new float[values.Length];

            Bfloat16.Pack(values, halves);
            Bfloat16.Unpack(halves, back);

            back.Select(BitConverter.SingleToUInt32Bits).ShouldBe(values.Select(BitConverter.SingleToUInt32Bits));
        });

    [Fact]
    public void Spread_HalvesInTheSecondHalfOfTheMemory_AreTheNumbersWhateverThePieces()
        => Gen.Select(Finite.Array[0, 20_000], Gen.Int[1, 9000]).Sample((values, piece) =>
        {
            Bfloat16.Round(values);
            float[] inPlace = new float[values.Length];
            Bfloat16.Pack(values, MemoryMarshal.Cast<float, ushort>(inPlace.AsSpan())[values.Length..]);

            for (int first = 0; first < values.Length; first += piece)
            {
                Bfloat16.Spread(inPlace, first, Math.Min(values.Length, first + piece));
            }

            inPlace.Select(BitConverter.SingleToUInt32Bits).ShouldBe(values.Select(BitConverter.SingleToUInt32Bits));
        }, iter: 60);

    /// <summary>By distances in float64, which are exact here; the neighbor above the largest one counts as 2^128.</summary>
    private static double Nearest(float value)
    {
        uint below = BitConverter.SingleToUInt32Bits(value) >> 16;
        (double low, double high) = (OfHalf(below), OfHalf(below + 1));
        (double toLow, double toHigh) = (Math.Abs(value - low), Math.Abs(high - value));
        double nearest = toLow < toHigh || (toLow == toHigh && below % 2 == 0) ? low : high;
        return Math.Abs(nearest) < Math.ScaleB(1, 128) ? nearest : Math.Sign(nearest) * double.PositiveInfinity;
    }

    private static double OfHalf(uint half)
    {
        double magnitude = (half & 0x7FFF) == 0x7F80 ? Math.ScaleB(1, 128) : BitConverter.UInt32BitsToSingle((half & 0x7FFF) << 16);
        return (half & 0x8000) == 0 ? magnitude : -magnitude;
    }
}
