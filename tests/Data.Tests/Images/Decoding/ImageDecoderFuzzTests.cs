using CsCheck;
using S2M.Data.Images;
using S2M.Data.Images.Containers;
using S2M.Data.Images.Decoding;
using S2M.Data.Tests.Files;

namespace S2M.Data.Tests.Images.Decoding;

public sealed class ImageDecoderFuzzTests
{
    private static readonly ContainerLimits Limits = new() { MaximumPixels = 100_000 };

    private static readonly byte[][] Pngs =
    [
        TestPng.OfGray(20, 20, [.. Enumerable.Range(0, 400).Select(i => (byte)(i * 7))]),
        TestPng.Write(20, 9, 1, TestPng.Gray, [.. Enumerable.Range(0, 180).Select(i => i * i / 3 % 2)]),
        TestPng.Write(9, 9, 4, TestPng.Palette, [.. Enumerable.Range(0, 81).Select(i => i % 16)], [.. Enumerable.Range(0, 48).Select(i => (byte)(5 * i))]),
        TestPng.Write(9, 9, 8, TestPng.ColorAlpha, [.. Enumerable.Range(0, 324).Select(i => i * 11 % 256)]),
        TestPng.Write(9, 9, 16, TestPng.Color, [.. Enumerable.Range(0, 243).Select(i => i * 1111 % 65536)]),
    ];

    private static readonly byte[][] Jpegs = [TestJpeg.Write(3, 3, 1, 50, 99, 150, 200, 255, 0, 128, 7), TestJpeg.Write(1, 1, 90)];

    [Fact]
    public void Decode_MutatedPng_GivesPixelsOrADataException() => Sample(Pngs, mend: false, 5000);

    // With the checksums mended, so that damage reaches the decoder.
    [Fact]
    public void Decode_MutatedPngWithItsChecksums_GivesPixelsOrADataException() => Sample(Pngs, mend: true, 20_000);

    [Fact]
    public void Decode_MutatedJpeg_GivesPixelsOrADataException() => Sample(Jpegs, mend: false, 20_000);

    [Fact]
    public void Decode_MutatedPhotograph_GivesPixelsOrADataException()
    {
        using var container = new ZipContainer(SharedData.Require("flowers102", "flowers102_112.zip"), ContainerLimits.Default);
        Sample([container.Read(0), container.Read(1)], mend: false, 3000);
    }

    private static void Sample(byte[][] seeds, bool mend, int count) =>
        Gen.Select(Gen.Int[0, seeds.Length - 1], Gen.Select(Gen.Int[0, 100_000], Gen.Byte).List[1, 8], Gen.Int[0, 100]).Sample(
            (seed, changes, cut) =>
            {
                byte[] file = [.. seeds[seed]];
                foreach ((int at, byte value) in changes)
                {
                    file[at % file.Length] = value;
                }

                file = mend ? TestPng.Mend(file) : file;
                return Survives(cut < 10 ? [.. file[..(file.Length * cut / 10)], .. file[^2..]] : file);
            },
            iter: count);

    private static bool Survives(byte[] file)
    {
        var format = new ImageFormat(8, 3, true);
        byte[] pixels = new byte[format.PixelCount];
        try
        {
            ImageDecoder.Decode("a/x.png", file, format, Limits, pixels);
            return true;
        }
        catch (DataException damage)
        {
            return damage.Message.Contains("'a/x.png'", StringComparison.Ordinal);
        }
    }
}
