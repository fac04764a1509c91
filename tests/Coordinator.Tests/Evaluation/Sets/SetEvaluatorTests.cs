using S2M.Coordinator.Evaluation;
using S2M.Coordinator.Evaluation.Sets;
using S2M.Coordinator.Tests.Simulation;
using S2M.Data.Catalogs;
using S2M.Data.Glyphs;
using S2M.Data.Sampling;
using S2M.Specification;

namespace S2M.Coordinator.Tests.Evaluation.Sets;

public sealed class SetEvaluatorTests : IDisposable
{
    private const double Tolerance = 1e-12;
    private const int Ordinary = 8000;

    private static readonly SetSpecification Sets = new()
    {
        Modes = [1, 2],
        NoisePercents = [0, 30],
        NoiseKinds = [NoiseKind.Clutter],
        Weights = [ModeWeighting.Skewed],
        Support = 6,
        PositivesPerMode = 2,
        Distractors = 4,
        Hybrids = 1,
        Episodes = 3,
    };

    private readonly GlyphDataSet _glyphs = new();

    [Fact]
    public async Task EvaluateAsync_EveryKindOfSet_AFigureOfEveryLine()
    {
        IReadOnlyList<SetResult> results = await EvaluateAsync(Sets, _ => [new Scripted("own", Right), new Scripted("other", Right)]);

        results.Select(result => (result.Modes, result.NoisePercent, result.NoiseKind, result.Head)).ShouldBe(
        [
            (1, 0, "none", "own"), (1, 0, "none", "other"), (1, 30, "clutter", "own"), (1, 30, "clutter", "other"),
            (2, 0, "none", "own"), (2, 0, "none", "other"), (2, 30, "clutter", "own"), (2, 30, "clutter", "other"),
        ]);
        results.ShouldAllBe(result => result.Phase == "test" && result.Weights == "skewed" && result.Support == 6 && result.Episodes == 3);
    }

    [Fact]
    public void KindsOf_Lists_VaryWhatMatters()
        => SetKind.Of(Sets with { Weights = [ModeWeighting.Balanced, ModeWeighting.Skewed], NoiseKinds = [NoiseKind.Scattered, NoiseKind.Coherent] })
            .Select(kind => $"{kind.Modes} {kind.WeightsName} {kind.NoisePercent} {kind.NoiseName}").ShouldBe(
            [
                "1 balanced 0 none", "1 balanced 30 scattered", "1 balanced 30 coherent",
                "2 balanced 0 none", "2 balanced 30 scattered", "2 balanced 30 coherent",
                "2 skewed 0 none", "2 skewed 30 scattered", "2 skewed 30 coherent",
            ]);

    [Fact]
    public void RecipeOf_AKind_HasItsWeightsAndRoundedNoise()
    {
        SetRecipe recipe = new SetKind(3, ModeWeighting.Skewed, 30, NoiseKind.Coherent).RecipeOf(Sets with { Support = 15 });

        recipe.ModeWeights.ShouldBe([6, 3, 1]);
        (recipe.Support, recipe.NoiseImages, recipe.Noise, recipe.PositivesPerMode, recipe.Distractors, recipe.Hybrids).ShouldBe((15, 5, SetNoise.Coherent, 2, 4, 1));
    }

    [Fact]
    public async Task EvaluateAsync_RightAndWrongLines_PrecisionsAndPairedDifference()
    {
        IReadOnlyList<SetResult> results = await EvaluateAsync(
            Sets with { Modes = [2], NoisePercents = [0] }, _ => [new Scripted("right", Right), new Scripted("wrong", set => [.. Right(set).Select(score => -score)])]);

        // Four positives behind five distractors, all with one score: a single step of recall, at which four of nine are right.
        (results[0].MeanAveragePrecision, results[0].Episodes95.Low, results[0].Episodes95.High).ShouldBe((1, 1, 1));
        results[0].OwnMinus.ShouldBeNull();
        results[1].MeanAveragePrecision.ShouldBe(4.0 / 9, Tolerance);
        results[1].OwnMinus!.Mean.ShouldBe(5.0 / 9, Tolerance);
        results[1].OwnMinus!.Low.ShouldBe(5.0 / 9, Tolerance);
    }

    [Fact]
    public async Task EvaluateAsync_Components_AreComparedWithTheTrueModesOfTheCleanSupport()
    {
        var line = new Scripted("true", Right, set => [.. set.SupportModes.Select(mode => mode < 0 ? 0 : 7 - mode)]);
        var one = new Scripted("one", Right, set => new int[set.SupportModes.Count]);

        IReadOnlyList<SetResult> results = await EvaluateAsync(Sets with { Modes = [2] }, _ => [line, one, new Scripted("none", Right)]);

        results.Select(result => result.AdjustedRandIndex).ShouldBe([1, 0, null, 1, 0, null]);
    }

    [Fact]
    public async Task EvaluateAsync_ImagesOfNoClass_AreEmbeddedOnceAndAlone()
    {
        var executor = new ScriptedExecutor(Describe);

        await EvaluateAsync(Sets, _ => [new Scripted("own", Right)], executor);

        IReadOnlyList<PoolImage> further = executor.Embedded.ShouldHaveSingleItem();
        further.ShouldAllBe(image => image.Image >= Ordinary);
        further.Distinct().Count().ShouldBe(further.Count);

        // Of 12 sets each has a hybrid, and six have two of noise and their twins.
        further.Count.ShouldBeInRange(12 + 20, 12 + 24);
    }

    [Fact]
    public async Task EvaluateAsync_NoFurtherImages_EmbedsNothing()
    {
        var executor = new ScriptedExecutor(Describe);

        await EvaluateAsync(Sets with { Hybrids = 0, NoiseKinds = [NoiseKind.Coherent] }, _ => [new Scripted("own", Right)], executor);

        executor.Embedded.ShouldBeEmpty();
    }

    [Fact]
    public async Task EvaluateAsync_LocatedRows_AreTheSampledImagesOfTheSeed()
    {
        SetPool? pool = null;
        var line = new Scripted("own", Right);

        await EvaluateAsync(Sets, made => { pool = made; return [line]; });

        SetSampler sampler = SamplerOf(_glyphs);
        for (int set = 0; set < 12; set++)
        {
            SetEpisode sampled = sampler.Sample(new EpisodeAddress(9, EpisodePhase.Test, set / 3, set % 3), SetKind.Of(Sets)[set / 3].RecipeOf(Sets));
            float[] images = [.. sampled.Episode.Pool.Select(Describe)];

            line.Sets[set].SupportModes.ShouldBe(sampled.SupportModes);
            line.Sets[set].Support.Concat(line.Sets[set].Queries).Select(row => pool!.Row(row)[0]).ShouldBe(images);
        }
    }

    public void Dispose() => _glyphs.Dispose();

    private static float Describe(PoolImage image) => (4 * image.Image) + image.QuarterTurns;

    private static ConceptCatalog CatalogOf(GlyphDataSet glyphs) => new(glyphs.Classes, [.. Enumerable.Range(100, 12)], rotations: true);

    private static SetSampler SamplerOf(GlyphDataSet glyphs) => new(CatalogOf(glyphs), glyphs);

    private static double[] Right(LocatedSet set) => [.. set.Group.Concepts[0].Positives.Select(_ => 1.0), .. set.Group.Distractors.Select(_ => 0.0)];

    private Task<IReadOnlyList<SetResult>> EvaluateAsync(SetSpecification sets, Func<SetPool, IReadOnlyList<ISetScorer>> lines, ScriptedExecutor? executor = null)
    {
        var gallery = new Gallery(CatalogOf(_glyphs), _glyphs.Classes);
        return new SetEvaluator(sets, 9, gallery, SamplerOf(_glyphs)).EvaluateAsync(
            executor ?? new ScriptedExecutor(Describe),
            ScriptedExecutor.Snapshot,
            [.. gallery.Images.Select(Describe)],
            1,
            lines,
            TestContext.Current.CancellationToken);
    }

    private sealed class Scripted(string name, Func<LocatedSet, double[]> score, Func<LocatedSet, int[]>? components = null) : ISetScorer
    {
        public List<LocatedSet> Sets { get; } = [];

        public string Name => name;

        public Task<IReadOnlyList<SetScores>> ScoreAsync(IReadOnlyList<LocatedSet> sets, CancellationToken cancellationToken)
        {
            Sets.AddRange(sets);
            return Task.FromResult<IReadOnlyList<SetScores>>([.. sets.Select(set => new SetScores(score(set), components?.Invoke(set)))]);
        }
    }
}
