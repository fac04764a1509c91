using CsCheck;
using S2M.Data.Images;

namespace S2M.Data.Tests.Images;

public sealed class QuarterTurnsTests
{
    private static readonly Gen<(ImageFormat Format, byte[] Pixels)> Pictures =
        from size in Gen.Int[1, 9]
        from channels in Gen.Int[0, 1].Select(index => (2 * index) + 1)
        from pixels in Gen.Byte.Array[channels * size * size]
        select (new ImageFormat(size, channels, true), pixels);

    // Counterclockwise: the right edge becomes the top.
    [Theory]
    [InlineData(0, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 })]
    [InlineData(1, new byte[] { 3, 6, 9, 2, 5, 8, 1, 4, 7 })]
    [InlineData(2, new byte[] { 9, 8, 7, 6, 5, 4, 3, 2, 1 })]
    [InlineData(3, new byte[] { 7, 4, 1, 8, 5, 2, 9, 6, 3 })]
    public void Turn_ThreeByThree_IsKnown(int turns, byte[] expected) => Turned([1, 2, 3, 4, 5, 6, 7, 8, 9], new ImageFormat(3, 1, true), turns).ShouldBe(expected);

    [Fact]
    public void Turn_EveryByte_IsItsValueDividedBy255ToTheBit()
    {
        byte[] pixels = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        float[] turned = new float[256];
        QuarterTurns.Turn(pixels, new ImageFormat(16, 1, true), 0, turned);

        turned.Select(BitConverter.SingleToInt32Bits).ShouldBe(Enumerable.Range(0, 256).Select(value => BitConverter.SingleToInt32Bits(value / 255f)));
    }

    [Fact]
    public void Turn_AnyPicture_MovesEachPixelAsTheFormulaSays() =>
        Gen.Select(Pictures, Gen.Int[0, 3]).Sample((picture, turns) =>
        {
            byte[] turned = Turned(picture.Pixels, picture.Format, turns);
            int size = picture.Format.Size;
            for (int i = 0; i < turned.Length; i++)
            {
                // The pixel's coordinates in the source: (row, column) -> (column, last - row) for each turn.
                (int plane, int row, int column) = (i / (size * size), i / size % size, i % size);
                for (int turn = 0; turn < turns; turn++)
                {
                    (row, column) = (column, size - 1 - row);
                }

                turned[i].ShouldBe(picture.Pixels[(((plane * size) + row) * size) + column]);
            }
        });

    [Fact]
    public void Turn_TwiceInARow_IsTheSumOfTheTurns() =>
        Gen.Select(Pictures, Gen.Int[0, 3], Gen.Int[0, 3]).Sample((picture, first, second) =>
            Turned(Turned(picture.Pixels, picture.Format, first), picture.Format, second).AsSpan().SequenceEqual(Turned(picture.Pixels, picture.Format, (first + second) % 4)));

    [Theory]
    [InlineData(8, 9, 0)]
    [InlineData(9, 8, 0)]
    [InlineData(9, 9, -1)]
    [InlineData(9, 9, 4)]
    public void Turn_WrongLengthOrTurns_IsRefused(int pixels, int turned, int turns) =>
        Should.Throw<ArgumentException>(() => QuarterTurns.Turn(new byte[pixels], new ImageFormat(3, 1, true), turns, new float[turned])).Message.ShouldContain("expected 9 pixels and 0 to 3 turns");

    private static byte[] Turned(byte[] pixels, ImageFormat format, int turns)
    {
        float[] turned = new float[pixels.Length];
        QuarterTurns.Turn(pixels, format, turns, turned);
        return Array.ConvertAll(turned, value => (byte)Math.Round(value * 255));
    }
}
