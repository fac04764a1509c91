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
    public void PathOf_NoSuchImage_NamesTheRange(int image)
    {
        Should.Throw<ArgumentOutOfRangeException>(() => _dataSet.PathOf(image)).Message.ShouldContain("0 to 7999");
        Should.Throw<ArgumentOutOfRangeException>(() => _dataSet.HashOf(image));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(8000 + (400 * 400 * 20) + 65536)]
    public void Decode_NoSuchImage_NamesTheRange(int image) =>
        Should.Throw<ArgumentOutOfRangeException>(() => Decode(image)).Message.ShouldContain("0 to 3273535");

    [Fact]
    public void Decode_Hybrid_IsNeitherOfItsParentsNorItsReverse()
    {
        for (int pair = 0; pair < 200; pair++)
        {
            (int first, int second, int drawer) = (pair, (7 * pair + 1) % 400, pair % 20);
            byte[] hybrid = Decode(_dataSet.Further.Hybrid(first, second, drawer));

            hybrid.Count(pixel => pixel > 127).ShouldBeInRange(15, 400);
            Enumerable.Range(0, 20).ShouldAllBe(drawing => !Decode((20 * first) + drawing).SequenceEqual(hybrid) && !Decode((20 * second) + drawing).SequenceEqual(hybrid));
            Decode(_dataSet.Further.Hybrid(second, first, drawer)).ShouldNotBe(hybrid);
            Decode(_dataSet.Further.Hybrid(first, second, (drawer + 1) % 20)).ShouldNotBe(hybrid);
        }
    }

    // By shape, not by pixels: in most cases farther from both parents than one character may be from another.
    [Fact]
    public void Hybrid_OfManyPairs_IsMostlyAShapeOfItsOwn()
    {
        int own = 0;
        for (int pair = 0; pair < 200; pair++)
        {
            (GlyphCharacter first, GlyphCharacter second) = (GlyphAlphabet.Characters[pair], GlyphAlphabet.Characters[399 - pair]);
            var hybrid = GlyphShape.Of(GlyphCharacter.Hybrid(first, second).Polylines());
            own += new[] { first, second }.All(parent => hybrid.DistanceTo(GlyphShape.Of(parent.Polylines())) > GlyphSearch.LeastDistance) ? 1 : 0;
        }

        own.ShouldBeGreaterThan(180);
    }

    [Fact]
    public void Decode_Clutter_IsInkAndEachImageItsOwn()
    {
        string[] clutter = [.. Enumerable.Range(0, 500).Select(number => Convert.ToHexString(Decode(_dataSet.Further.Clutter(number))))];

        clutter.Distinct(StringComparer.Ordinal).Count().ShouldBe(500);
        Enumerable.Range(0, 500).ShouldAllBe(number => Decode(_dataSet.Further.Clutter(number)).Count(pixel => pixel > 127) >= 15);
    }

    [Fact]
    [Trait(KnownAnswers.Trait, KnownAnswers.Value)]
    public void Decode_FurtherImages_AreKnown()
    {
        byte[] pixels = [.. Decode(_dataSet.Further.Hybrid(3, 399, 19)), .. Decode(_dataSet.Further.Clutter(0)), .. Decode(_dataSet.Further.Clutter(65535))];

        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(pixels)).ShouldBe("72bcffc37ad4d64d06590dbd2fb84fd162e48ba5e0b987ebae7ba619bdc6341f");
    }

    [Theory]
    [InlineData(3, 3, 0)]
    [InlineData(-1, 3, 0)]
    [InlineData(3, 400, 0)]
    [InlineData(3, 4, 20)]
    public void Hybrid_OfNoPair_IsRefused(int first, int second, int drawing) =>
        Should.Throw<ArgumentOutOfRangeException>(() => _dataSet.Further.Hybrid(first, second, drawing)).Message.ShouldContain("expected two classes of 0 to 399");

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
