using S2M.Data.Images;
using S2M.Data.Images.Containers;
using S2M.Data.Images.Decoding;
using S2M.Data.Tests.Files;

namespace S2M.Data.Tests.Images.Decoding;

public sealed class ImageDecoderTests
{
    private static readonly ImageFormat Gray = new(2, 1, false);
    private static readonly ImageFormat Color = new(2, 3, false);

    [Fact]
    public void Decode_GrayPng_IsItsPixels() => Decode(TestPng.OfGray(2, 2, 0, 100, 200, 255), Gray).ShouldBe([0, 100, 200, 255]);

    [Fact]
    public void Decode_WithInk_IsInverted() => Decode(TestPng.OfGray(2, 2, 0, 100, 200, 255), Gray with { Ink = true }).ShouldBe([255, 155, 55, 0]);

    [Theory]
    [InlineData(1, new[] { 0, 1, 1, 0 }, new byte[] { 0, 255, 255, 0 })]
    [InlineData(2, new[] { 0, 1, 2, 3 }, new byte[] { 0, 85, 170, 255 })]
    [InlineData(4, new[] { 0, 1, 8, 15 }, new byte[] { 0, 17, 136, 255 })]
    [InlineData(16, new[] { 0, 0x1234, 0xFE00, 0xFFFF }, new byte[] { 0, 0x12, 0xFE, 255 })]
    public void Decode_GrayPngOfAnyDepth_IsScaledToEightBits(int depth, int[] samples, byte[] expected) =>
        Decode(TestPng.Write(2, 2, depth, TestPng.Gray, samples), Gray).ShouldBe(expected);

    [Fact]
    public void Decode_GrayPngInColor_IsThreeEqualPlanes() => Decode(TestPng.OfGray(2, 2, 1, 2, 3, 4), Color).ShouldBe([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Decode_PalettePng_HasItsColors(int depth) =>
        Decode(TestPng.Write(2, 2, depth, TestPng.Palette, [0, 1, 1, 0], [10, 20, 30, 40, 50, 60]), Color).ShouldBe([10, 40, 40, 10, 20, 50, 50, 20, 30, 60, 60, 30]);

    [Fact]
    public void Decode_ColorPng_IsItsPlanes() =>
        Decode(TestPng.Write(2, 2, 8, TestPng.Color, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), Color).ShouldBe([1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12]);

    // 77, 150 and 29 parts of 256.
    [Fact]
    public void Decode_ColorPngInGray_IsItsLuma() =>
        Decode(TestPng.Write(2, 2, 8, TestPng.Color, [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]), Gray).ShouldBe([77, 149, 29, 255]);

    [Fact]
    public void Decode_TransparentPng_LiesOnWhite()
    {
        Decode(TestPng.Write(2, 2, 8, TestPng.ColorAlpha, [9, 9, 9, 255, 9, 9, 9, 0, 0, 0, 0, 128, 255, 0, 0, 51]), Color)
            .ShouldBe([9, 255, 127, 255, 9, 255, 127, 204, 9, 255, 127, 204]);
        Decode(TestPng.Write(2, 2, 8, TestPng.GrayAlpha, [9, 255, 9, 0, 0, 128, 100, 51]), Gray).ShouldBe([9, 255, 127, 224]);
    }

    [Fact]
    public void Decode_Jpeg_IsItsPixels()
    {
        Decode(TestJpeg.Write(2, 2, 0, 90, 200, 255), Gray).ShouldBe([0, 90, 200, 255]);
        Decode(TestJpeg.Write(1, 1, 77), new ImageFormat(8, 3, false)).ShouldAllBe(pixel => pixel == 77);
    }

    [Fact]
    public void Decode_RealPhotographs_AreNotBlank()
    {
        string path = SharedData.Require("flowers102", "flowers102_112.zip");
        using var container = new ZipContainer(path, ContainerLimits.Default);
        for (int file = 0; file < container.Paths.Count; file += 500)
        {
            if (EntryPath.IsImage(container.Paths[file]))
            {
                Decode(container.Read(file), new ImageFormat(64, 3, false)).Distinct().Count().ShouldBeGreaterThan(50, container.Paths[file]);
            }
        }
    }

    [Theory]
    [InlineData(5000, 5000, "expected at most 24000000 pixels and 65535 a side, got 5000 x 5000; shrink the image")]
    [InlineData(int.MaxValue, int.MaxValue, "expected at most 24000000 pixels")]
    [InlineData(70000, 1, "got 70000 x 1")]
    [InlineData(0, 5, "got no pixels")]
    [InlineData(-1, 5, "got no pixels")]
    public void Decode_ImpossibleSizeInThePngHeader_IsRefusedBeforeItIsDecoded(int width, int height, string expected)
    {
        byte[] file = TestPng.Wrap(width, height, 8, TestPng.Gray, null, TestPng.Pack([0]));

        AllocatedBy(() => Refusal(file).ShouldContain(expected)).ShouldBeLessThan(1 << 20);
    }

    [Fact]
    public void Decode_LargeJpegHeader_IsRefusedBeforeItIsDecoded()
    {
        byte[] file = TestJpeg.Write(1, 1, 9);
        int frame = file.AsSpan().IndexOf<byte>([0xFF, 0xC0]);
        TestJpeg.Frame(65_000, 60_000).CopyTo(file, frame);

        AllocatedBy(() => Refusal(file).ShouldContain("got 65000 x 60000")).ShouldBeLessThan(1 << 20);
    }

    // The decoder makes room for the first one, whatever the second says.
    [Fact]
    public void Decode_JpegWithTwoFrameHeaders_IsRefused()
    {
        byte[] file = TestJpeg.Write(1, 1, 9);
        int frame = file.AsSpan().IndexOf<byte>([0xFF, 0xC0]);

        Refusal([.. file[..frame], .. TestJpeg.Frame(20_000, 20_000), .. file[frame..]]).ShouldContain("got two frame headers");
    }

    [Fact]
    public void Decode_JpegOfManyScans_IsRefused()
    {
        byte[] file = TestJpeg.Write(1, 1, 9);
        int scan = file.AsSpan().IndexOf<byte>([0xFF, 0xDA]);
        byte[] scans = [.. Enumerable.Repeat(file[scan..^2], 101).SelectMany(bytes => bytes)];

        Refusal([.. file[..scan], .. scans, 0xFF, 0xD9]).ShouldContain("got 101 scans");
    }

    // 30 MB of zeros behind a header of 10 x 10 pixels.
    [Fact]
    public void Decode_PngThatUnpacksToMoreThanItsPixels_IsRefused()
    {
        byte[] file = TestPng.Wrap(10, 10, 8, TestPng.Gray, null, TestPng.Pack(new byte[30_000_000]));

        AllocatedBy(() => Refusal(file).ShouldContain("more data than 10 x 10 pixels have")).ShouldBeLessThan(4 << 20);
    }

    [Fact]
    public void Decode_LargeButHonestPng_Passes()
    {
        int[] noise = [.. Enumerable.Range(0, 200 * 200).Select(i => (int)(((long)i * 2_654_435_761) >> 13) & 255)];

        Decode(TestPng.Write(200, 200, 8, TestPng.Gray, noise), new ImageFormat(200, 1, false)).ShouldBe(noise.Select(value => (byte)value));
    }

    [Theory]
    [InlineData("GIF89a", "neither a PNG nor a JPEG signature")]
    [InlineData("", "neither a PNG nor a JPEG signature")]
    public void Decode_OtherFile_IsNamed(string text, string fault) =>
        Refusal(System.Text.Encoding.ASCII.GetBytes(text)).ShouldBe($"image 'a/x.png': expected a whole PNG or JPEG file, got {fault}; replace the file");

    [Fact]
    public void Decode_PngOfWrongChecksum_IsRefused()
    {
        byte[] file = TestPng.OfGray(2, 2, 1, 2, 3, 4);
        file[45] ^= 1;

        Refusal(file).ShouldContain("a chunk with a wrong checksum");
    }

    [Fact]
    public void Decode_PngOfTooLittleData_IsRefused() =>
        Refusal(TestPng.Wrap(9, 9, 8, TestPng.Gray, null, TestPng.Pack([0, 1, 2]))).ShouldContain("image 'a/x.png': expected a PNG or JPEG file that decodes, got");

    [Fact]
    public void Decode_EveryTruncation_IsRefused()
    {
        foreach (byte[] file in (byte[][])[TestPng.OfGray(2, 2, 1, 2, 3, 4), TestJpeg.Write(2, 1, 50, 60)])
        {
            for (int length = 0; length < file.Length; length++)
            {
                Refusal(file[..length]).ShouldStartWith("image 'a/x.png': expected a ");
            }
        }
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(1025, 1, 1025 * 1025)]
    [InlineData(2, 2, 8)]
    [InlineData(2, 1, 5)]
    public void Decode_WrongFormatOrLength_IsRefused(int size, int channels, int length) =>
        Should.Throw<ArgumentException>(() => ImageDecoder.Decode("a/x.png", TestPng.OfGray(1, 1, 1), new ImageFormat(size, channels, false), ContainerLimits.Default, new byte[length]))
            .Message.ShouldContain("format: expected a size of 1 to 1024");

    private static byte[] Decode(byte[] file, ImageFormat format)
    {
        byte[] pixels = new byte[format.PixelCount];
        ImageDecoder.Decode("a/x.png", file, format, ContainerLimits.Default, pixels);
        return pixels;
    }

    private static string Refusal(byte[] file) => Should.Throw<DataException>(() => Decode(file, Gray)).Message;

    private static long AllocatedBy(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
