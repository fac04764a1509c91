using CsCheck;
using S2M.Data.Catalogs;
using S2M.Data.Glyphs;
using S2M.Data.Images;
using S2M.Data.Sampling;

namespace S2M.Data.Tests.Sampling;

public sealed class SetSamplerTests : IDisposable
{
    private const int FirstFurther = 8000;
    private static readonly int[] Part = [.. Enumerable.Range(0, 60).Select(index => 5 * index)];
    private static readonly SetRecipe Plain = new([1, 1, 1], 15, 5, SetNoise.Scattered, 5, 30, 0);

    private static readonly Gen<SetRecipe> Recipes = Gen.Select(
        Gen.Int[0, 5], Gen.Int[0, 5], Gen.Enum<SetNoise>(), Gen.Int[1, 5], Gen.Int[6, 20], Gen.Int[0, 8], (weights, noise, kind, positives, distractors, hybrids) =>
            new SetRecipe(((int[][])[[1], [1, 1], [1, 1, 1], [6], [6, 3], [6, 3, 1]])[weights], 15, noise, kind, positives, distractors, hybrids));

    private static readonly Gen<EpisodeAddress> Addresses = Gen.Select(Gen.ULong, Gen.Enum<EpisodePhase>(), Gen.Int[0, 1000], Gen.Int[0, 1000])
        .Select((seed, phase, step, index) => new EpisodeAddress(seed, phase, step, index));

    private readonly GlyphDataSet _glyphs = new();

    private SetSampler Sampler => new(new ConceptCatalog(_glyphs.Classes, Part, rotations: true), _glyphs);

    [Fact]
    public void Sample_AnyRecipe_HasEveryImageOnceAndEveryNumberItAsksFor() =>
        Gen.Select(Addresses, Recipes).Sample((address, recipe) =>
        {
            SetEpisode set = Sampler.Sample(address, recipe);
            EpisodeGroup group = set.Episode.Groups.Single();
            Concept concept = group.Concepts.Single();

            set.Episode.Address.ShouldBe(address);
            set.Episode.Pool.Distinct().Count().ShouldBe(set.Episode.Pool.Count);
            concept.Support.Concat(concept.Positives).Concat(group.Distractors).ShouldBe(Enumerable.Range(0, set.Episode.Pool.Count));
            concept.Support.Count.ShouldBe(recipe.Support);
            concept.Positives.Count.ShouldBe(recipe.PositivesPerMode * recipe.ModeWeights.Count);
            group.Distractors.Count.ShouldBe(recipe.Distractors + recipe.Hybrids);
        });

    [Fact]
    public void Sample_AnyRecipe_LabelsAreTheCharacters() =>
        Gen.Select(Addresses, Recipes).Sample((address, recipe) =>
        {
            SetEpisode set = Sampler.Sample(address, recipe);
            Concept concept = set.Episode.Groups[0].Concepts[0];
            PoolImage[] pool = [.. set.Episode.Pool];

            // The positives stand mode by mode, so they say which character a mode is.
            ConceptId[] targets = [.. concept.Positives.Chunk(recipe.PositivesPerMode).Select(rows => rows.Select(row => CharacterOf(pool[row])).Distinct().ShouldHaveSingleItem())];
            targets.Select(target => target.Class).Distinct().Count().ShouldBe(recipe.ModeWeights.Count);
            targets.ShouldAllBe(target => Part.Contains(target.Class));
            concept.Id.ShouldBe(targets[0]);

            set.SupportModes.Count(mode => mode < 0).ShouldBe(recipe.NoiseImages);
            foreach ((int row, int mode) in concept.Support.Zip(set.SupportModes))
            {
                if (mode >= 0)
                {
                    CharacterOf(pool[row]).ShouldBe(targets[mode]);
                }
                else
                {
                    targets.ShouldNotContain(target => target.Class == CharacterOf(pool[row]).Class);
                }
            }
        });

    [Theory]
    [InlineData("1 1 1", 0, "5 5 5")]
    [InlineData("1 1 1", 2, "5 4 4")]
    [InlineData("6 3 1", 0, "9 5 1")]
    [InlineData("6 3 1", 5, "6 3 1")]
    [InlineData("6 3 1", 12, "1 1 1")]
    public void Sample_Weights_DivideTheCleanSupport(string weights, int noise, string expected)
    {
        SetEpisode set = Sampler.Sample(new EpisodeAddress(1, EpisodePhase.Test, 0, 0), Plain with { ModeWeights = Numbers(weights), NoiseImages = noise });

        Enumerable.Range(0, 3).Select(mode => set.SupportModes.Count(label => label == mode)).ShouldBe(Numbers(expected));
    }

    [Fact]
    public void Sample_AnyNoise_HasATwinAmongTheDistractors() =>
        Gen.Select(Addresses, Recipes).Where((_, recipe) => recipe.NoiseImages > 0).Sample((address, recipe) =>
        {
            SetEpisode set = Sampler.Sample(address, recipe);
            PoolImage[] noise = [.. set.SupportModes.Index().Where(item => item.Item < 0).Select(item => set.Episode.Pool[item.Index])];
            PoolImage[] distractors = [.. set.Episode.Groups[0].Distractors.Select(row => set.Episode.Pool[row])];
            int kinds = noise.Select(CharacterOf).Distinct().Count();

            kinds.ShouldBe(recipe.Noise == SetNoise.Scattered ? recipe.NoiseImages : 1);
            noise.ShouldAllBe(image => (CharacterOf(image).Class == -1) == (recipe.Noise == SetNoise.Clutter));
            distractors.Count(image => noise.Select(CharacterOf).Contains(CharacterOf(image))).ShouldBe(recipe.NoiseImages);
        });

    [Fact]
    public void Sample_Hybrids_HaveStrokesOfATargetAndStandInItsRotation() =>
        Addresses.Sample(
            address =>
            {
                SetEpisode set = Sampler.Sample(address, Plain with { Hybrids = 6 });
                ConceptId[] targets = [.. set.Episode.Groups[0].Concepts[0].Positives.Select(row => CharacterOf(set.Episode.Pool[row])).Distinct()];
                PoolImage[] hybrids = [.. set.Episode.Pool.Where(image => image.Image >= FirstFurther)];

                hybrids.Length.ShouldBe(6);
                hybrids.ShouldAllBe(image => targets.Contains(new ConceptId(_glyphs.Further.Read(image.Image).FirstClass, image.QuarterTurns)));
                hybrids.ShouldAllBe(image => targets.All(target => target.Class != _glyphs.Further.Read(image.Image).SecondClass));
            },
            iter: 50);

    // Nothing carries over: an episode alone, by another sampler, is the same; and every number of the address changes it.
    [Fact]
    public void Sample_AnAddress_DecidesAlone()
    {
        var address = new EpisodeAddress(1, EpisodePhase.Test, 2, 3);
        EpisodeAddress[] others = [address, address with { Seed = 2 }, address with { Phase = EpisodePhase.Training }, address with { Step = 3 }, address with { Index = 4 }];

        Show(Sampler, address).ShouldBe(Show(Sampler, address));
        others.Select(other => Show(Sampler, other)).Distinct(StringComparer.Ordinal).Count().ShouldBe(others.Length);
    }

    [Fact]
    public void Sample_ManyEpisodes_PairTheirModesAnew()
    {
        string[] pairs = [.. Enumerable.Range(0, 100).Select(index => Sampler.Sample(new EpisodeAddress(1, EpisodePhase.Test, 0, index), Plain))
            .Select(set => string.Join(' ', set.Episode.Groups[0].Concepts[0].Positives.Select(row => CharacterOf(set.Episode.Pool[row]).Class).Distinct().Order()))];

        // 60 classes make 34,220 triples.
        pairs.Distinct(StringComparer.Ordinal).Count().ShouldBeGreaterThan(98);
    }

    [Fact]
    [Trait(KnownAnswers.Trait, KnownAnswers.Value)]
    public void Sample_AnAddress_IsKnown() =>
        string.Join(' ', Sampler.Sample(new EpisodeAddress(1, EpisodePhase.Test, 7, 1), new SetRecipe([6, 3], 4, 1, SetNoise.Coherent, 1, 2, 1)).Episode.Pool.Select(image => $"{image.Image}/{image.QuarterTurns}"))
            .ShouldBe("2817/1 5105/1 2810/1 4406/0 2804/1 5111/1 4405/0 5603/0 1133804/1");

    [Theory]
    [InlineData(3, 1, 5, 30, 0, "expected a clean image of each of 3 modes")]
    [InlineData(15, 5, 5, 4, 0, "a distractor for each image of noise")]
    [InlineData(15, -1, 5, 30, 0, "expected a clean image of each of 3 modes")]
    [InlineData(15, 0, 0, 30, 0, "expected a clean image of each of 3 modes, a positive")]
    [InlineData(15, 0, 5, 58, 0, "expected at most 60 different classes for modes, noise, distractors and hybrids, got 61")]
    [InlineData(15, 0, 5, 50, 8, "got 61; lower distractors or hybrids")]
    [InlineData(60, 0, 1, 30, 0, "class 'glyph/character000': expected at least 21 images, got 20")]
    public void Sample_RecipeThatDoesNotFit_IsRefused(int support, int noise, int positives, int distractors, int hybrids, string expected) =>
        Should.Throw<DataException>(() => Sampler.Sample(
            new EpisodeAddress(1, EpisodePhase.Test, 0, 0), new SetRecipe([1, 1, 1], support, noise, SetNoise.Scattered, positives, distractors, hybrids))).Message.ShouldContain(expected);

    [Theory]
    [InlineData(5, SetNoise.Clutter, 0, "expected one that can draw clutter, as the built-in glyphs can, got images only; choose scattered or coherent noise")]
    [InlineData(0, SetNoise.Clutter, 1, "expected one that can draw hybrids, as the built-in glyphs can, got images only; set hybrids to 0")]
    public void Sample_DataSetOfImagesOnly_CannotDraw(int noise, SetNoise kind, int hybrids, string expected)
    {
        using var images = new ImagesOnly(_glyphs);
        var sampler = new SetSampler(new ConceptCatalog(_glyphs.Classes, Part, rotations: false), images);

        Should.Throw<DataException>(() => sampler.Sample(new EpisodeAddress(1, EpisodePhase.Test, 0, 0), Plain with { NoiseImages = noise, Noise = kind, Hybrids = hybrids }))
            .Message.ShouldBe($"data set 'images': {expected}");
        sampler.Sample(new EpisodeAddress(1, EpisodePhase.Test, 0, 0), Plain).Episode.Pool.ShouldAllBe(image => image.QuarterTurns == 0);
    }

    public void Dispose() => _glyphs.Dispose();

    // Clutter is of class -1; a hybrid is of its second class, which is none of the targets.
    private ConceptId CharacterOf(PoolImage image)
        => new(image.Image < FirstFurther ? image.Image / 20 : _glyphs.Further.Read(image.Image).SecondClass, image.QuarterTurns);

    private static string Show(SetSampler sampler, EpisodeAddress address) => string.Join(' ', sampler.Sample(address, Plain).Episode.Pool);

    private static int[] Numbers(string text) => [.. text.Split(' ').Select(int.Parse)];

    private sealed class ImagesOnly(IDataSet dataSet) : IDataSet
    {
        public string Name => "images";

        public string Version => dataSet.Version;

        public IReadOnlyList<ImageClass> Classes => dataSet.Classes;

        public int ImageCount => dataSet.ImageCount;

        public string PathOf(int image) => dataSet.PathOf(image);

        public string HashOf(int image) => dataSet.HashOf(image);

        public void Decode(int image, ImageFormat format, Span<byte> pixels) => dataSet.Decode(image, format, pixels);

        public void Dispose()
        {
        }
    }
}
