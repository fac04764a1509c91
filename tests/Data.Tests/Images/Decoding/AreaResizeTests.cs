using System.Numerics;
using CsCheck;
using S2M.Data.Images.Decoding;

namespace S2M.Data.Tests.Images.Decoding;

public sealed class AreaResizeTests
{
    private static readonly Gen<(int Width, int Height, byte[] Pixels)> Pictures =
        from width in Gen.Int[1, 24]
        from height in Gen.Int[1, 24]
        from pixels in Gen.Byte.Array[width * height]
        select (width, height, pixels);

    // The oracle enlarges: padded picture times size, so that every output pixel is a block of whole small pixels, and takes their exact mean.
    [Fact]
    public void Resize_AnyPicture_IsTheExactMeanRoundedHalfUp() =>
        Gen.Select(Pictures, Gen.Int[1, 13]).Sample(
            (picture, size) => Resize(picture.Pixels, picture.Width, picture.Height, size).AsSpan().SequenceEqual(Slowly(picture.Pixels, picture.Width, picture.Height, size)),
            iter: 1000);

    [Fact]
    public void Resize_ToItsOwnSize_ChangesNothing() =>
        Gen.Int[1, 16].SelectMany(size => Gen.Byte.Array[size * size]).Sample(pixels =>
            Resize(pixels, (int)Math.Sqrt(pixels.Length), (int)Math.Sqrt(pixels.Length), (int)Math.Sqrt(pixels.Length)).AsSpan().SequenceEqual(pixels));

    [Fact]
    public void Resize_ConstantPicture_StaysConstant() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 300], Gen.Int[1, 40], Gen.Byte).Sample(
            (width, height, size, value) => Resize([.. Enumerable.Repeat(value, width * height)], width, height, size).All(pixel => pixel == value),
            iter: 200);

    [Fact]
    public void Resize_WidePicture_IsPaddedByItsEdgeRows() =>
        Resize([10, 10, 10, 10, 90, 90, 90, 90], 4, 2, 4).ShouldBe([10, 10, 10, 10, 10, 10, 10, 10, 90, 90, 90, 90, 90, 90, 90, 90]);

    // An odd number of missing columns: the smaller half is left.
    [Fact]
    public void Resize_TallPicture_IsPaddedByItsEdgeColumns() => Resize([10, 90, 20, 80, 30, 70], 2, 3, 3).ShouldBe([10, 90, 90, 20, 80, 80, 30, 70, 70]);

    [Fact]
    public void Resize_Halves_RoundUp() => Resize([1, 2, 1, 2], 2, 2, 1).ShouldBe([2]);

    [Fact]
    [Trait(KnownAnswers.Trait, KnownAnswers.Value)]
    public void Resize_OmniglotsSize_IsKnown()
    {
        byte[] pixels = [.. Enumerable.Range(0, 105 * 105).Select(i => (byte)(i * i / 7 % 251 < 120 ? 0 : 255))];

        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Resize(pixels, 105, 105, 28))).ShouldBe("54d6955c0a9c67e29c8822d261947e4b7fadff07b258148c559bfb6c8d5e98b3");
    }

    [Fact]
    public void Resize_LongestSide_DoesNotOverflow() => Resize([.. Enumerable.Repeat((byte)255, 65_535)], 65_535, 1, 2).ShouldBe([255, 255, 255, 255]);

    private static byte[] Resize(byte[] pixels, int width, int height, int size)
    {
        byte[] resized = new byte[size * size];
        AreaResize.Resize(pixels, width, height, resized, size);
        return resized;
    }

    private static byte[] Slowly(byte[] pixels, int width, int height, int size)
    {
        int side = Math.Max(width, height);
        byte[] resized = new byte[size * size];
        for (int cell = 0; cell < resized.Length; cell++)
        {
            BigInteger sum = 0;
            for (int y = cell / size * side; y < ((cell / size) + 1) * side; y++)
            {
                for (int x = cell % size * side; x < ((cell % size) + 1) * side; x++)
                {
                    int row = Math.Clamp((y / size) - ((side - height) / 2), 0, height - 1);
                    int column = Math.Clamp((x / size) - ((side - width) / 2), 0, width - 1);
                    sum += pixels[(row * width) + column];
                }
            }

            BigInteger area = (BigInteger)side * side;
            resized[cell] = (byte)(((2 * sum) + area) / (2 * area));
        }

        return resized;
    }
}
