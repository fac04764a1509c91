using S2M.Data.Catalogs;
using S2M.Data.Glyphs;
using S2M.Data.Images;
using S2M.Data.Sampling;
using S2M.Data.Splits;

namespace S2M.Data.Tests.Glyphs;

public sealed class GlyphDataSetTests : IDisposable
{
    private static readonly ImageFormat Native = new(28, 1, true);
    private readonly GlyphDataSet _dataSet = new();

    [Fact]
    [Trait(KnownAnswers.Trait, KnownAnswers.Value)]
    public void Version_OnAnyMachine_IsKnown() =>
        _dataSet.Version.ShouldBe("glyphs@2fdbc868f181d09e06b13069a37524ad5bdc4f241d6c355b11ef1eb88dbb9a0b");

    [Fact]
    public void Classes_Always_AreFourHundredOfTwentyDrawings()
    {
        _dataSet.ImageCount.ShouldBe(8000);
        _dataSet.Classes.Count.ShouldBe(400);
        _dataSet.Classes.ShouldAllBe(imageClass => imageClass.Count == 20);
        _dataSet.Classes.Select(imageClass => imageClass.Name).ShouldBe(_dataSet.Classes.Select(imageClass => imageClass.Name).Order(StringComparer.Ordinal));
        _dataSet.Classes.Select(imageClass => imageClass.FirstImage).ShouldBe(Enumerable.Range(0, 400).Select(index => 20 * index));
        _dataSet.PathOf(7 * 20 + 3).ShouldBe("glyph/character007/drawing03");
    }

    [Fact]
    public void HashOf_EveryImage_IsItsOwn() =>
        Enumerable.Range(0, _dataSet.ImageCount).Select(_dataSet.HashOf).Distinct(StringComparer.Ordinal).Count().ShouldBe(_dataSet.ImageCount);

    [Fact]
    public void Decode_EveryImage_HasInkAndABlankBorderLine()
    {
        byte[] pixels = new byte[Native.PixelCount];
        for (int image = 0; image < _dataSet.ImageCount; image++)
        {
            _dataSet.Decode(image, Native, pixels);
            pixels.Count(pixel => pixel > 127).ShouldBeInRange(25, 400, _dataSet.PathOf(image));
            Enumerable.Range(0, 28).ShouldAllBe(i => pixels[i] < 255 && pixels[(27 * 28) + i] < 255 && pixels[28 * i] < 255 && pixels[(28 * i) + 27] < 255);
        }
    }

    [Fact]
    public void Decode_WithoutInkInColor_IsTheComplementInThreePlanes()
    {
        byte[] ink = new byte[Native.PixelCount];
        byte[] color = new byte[3 * Native.PixelCount];
        _dataSet.Decode(123, Native, ink);
        _dataSet.Decode(123, new ImageFormat(28, 3, false), color);

        color.Chunk(ink.Length).ShouldAllBe(plane => plane.SequenceEqual(ink.Select(pixel => (byte)(255 - pixel))));
    }

    [Fact]
    public void Decode_FromManyThreads_IsAsFromOne()
    {
        byte[][] serial = [.. Enumerable.Range(0, 200).Select(Decode)];

        Parallel.For(0, 400, i => Decode(i % 200).ShouldBe(serial[i % 200]));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(8000)]
    public void Decode_NoSuchImage_NamesTheRange(int image)
    {
        Should.Throw<ArgumentOutOfRangeException>(() => Decode(image)).Message.ShouldContain("0 to 7999");
        Should.Throw<ArgumentOutOfRangeException>(() => _dataSet.PathOf(image));
        Should.Throw<ArgumentOutOfRangeException>(() => _dataSet.HashOf(image));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1025, 1)]
    [InlineData(28, 2)]
    public void Decode_ImpossibleFormat_IsRefused(int size, int channels)
    {
        var format = new ImageFormat(size, channels, true);
        Should.Throw<ArgumentException>(() => _dataSet.Decode(0, format, new byte[format.PixelCount])).Message.ShouldContain("1 or 3 channels");
    }

    // A network has something to learn: the mean of the support's pixels does not tell the characters apart.
    [Fact]
    public void RawPixels_TwentyWayFiveShotNearestMean_AreRightAtMostSixtyPercent()
    {
        ClassSplit split = ClassSplit.Draw(_dataSet.Classes, 1, 280, 40, 80);
        var sampler = new EpisodeSampler(new ConceptCatalog(_dataSet.Classes, split.Test, rotations: true), _dataSet.Classes);
        var images = new DecodedImages(_dataSet, 1 << 24);
        (int right, int all) = (0, 0);
        for (int index = 0; index < 50; index++)
        {
            Episode episode = sampler.SampleClassification(new EpisodeAddress(1, EpisodePhase.Test, 3, index), 20, 5, 15);
            float[][] pool = [.. episode.Pool.Select(image => Turned(images, image))];
            float[][] means = [.. episode.Groups[0].Concepts.Select(concept => Mean([.. concept.Support.Select(row => pool[row])]))];
            for (int own = 0; own < means.Length; own++)
            {
                int[] answers = [.. episode.Groups[0].Concepts[own].Positives.Select(row => Nearest(pool[row], means))];
                right += answers.Count(answer => answer == own);
                all += answers.Length;
            }
        }

        ((double)right / all).ShouldBeInRange(0.45, 0.60);
    }

    public void Dispose() => _dataSet.Dispose();

    private static float[] Turned(DecodedImages images, PoolImage image)
    {
        float[] turned = new float[Native.PixelCount];
        QuarterTurns.Turn(images.Get(image.Image, Native).Span, Native, image.QuarterTurns, turned);
        return turned;
    }

    private static float[] Mean(float[][] rows) => [.. Enumerable.Range(0, rows[0].Length).Select(i => rows.Average(row => row[i]))];

    private static int Nearest(float[] query, float[][] means) =>
        Enumerable.Range(0, means.Length).MinBy(mean => query.Zip(means[mean], (left, right) => (left - right) * (left - right)).Sum());

    private byte[] Decode(int image)
    {
        byte[] pixels = new byte[Native.PixelCount];
        _dataSet.Decode(image, Native, pixels);
        return pixels;
    }
}
