using S2M.Coordinator.Evaluation;
using S2M.Coordinator.Tests.Simulation;
using S2M.Data.Catalogs;
using S2M.Data.Sampling;
using S2M.Specification;

namespace S2M.Coordinator.Tests.Evaluation;

/// <summary>Every figure is worked out by hand from the numbers that describe the images.</summary>
public sealed class RetrievalEvaluatorTests
{
    private const double Tolerance = 1e-12;
    private static readonly ImageClass[] TwoOfFour = [new("a", 0, 4), new("b", 4, 4)];

    // The first half of each class, then its second.
    private static readonly float[] Numbers = [0, 0, 1, 5, 6, 6, 4, 10];

    [Fact]
    public async Task EvaluateAsync_TwoClasses_IsTheMeanOfBothHalvesOverConcepts()
    {
        RetrievalResult result = (await EvaluateAsync(TwoOfFour, image => Numbers[image.Image])).Single();

        // First halves: a (mean 0) ranks 1 4 5 10, its own at 1 and 3: 5/6; b (mean 6) ranks 5 4 10 1, its own at 2 and 3: 7/12.
        // Second halves: a (mean 3) has all four at distance 3, one step: 1/2; b (mean 7) ranks its own first: 1.
        result.MeanAveragePrecision.ShouldBe(35.0 / 48, Tolerance);
        result.Characters95.Low.ShouldBe(2.0 / 3, Tolerance, "of two classes, a resample has one alone in half of all cases");
        result.Characters95.High.ShouldBe(19.0 / 24, Tolerance);
        (result.Phase, result.Head, result.Gallery).ShouldBe(("test", "gauss", "all"));
        (result.Concepts, result.Targets, result.RemovedDuplicates, result.LeftOutHalves).ShouldBe((2, 4, 0, 0));
    }

    [Fact]
    public async Task EvaluateAsync_DuplicateAcrossTheHalves_IsNoTargetOfEither()
    {
        RetrievalResult result = (await EvaluateAsync(TwoOfFour, image => Numbers[image.Image], 0, 2)).Single();

        // Without images 0 and 2 as targets: a 1/2, b 7/12; then a 1/3 (three at distance 3), b 1.
        result.MeanAveragePrecision.ShouldBe(29.0 / 48, Tolerance);
        (result.Concepts, result.Targets, result.RemovedDuplicates, result.LeftOutHalves).ShouldBe((2, 3, 2, 0));
    }

    [Fact]
    public async Task EvaluateAsync_DuplicateWithinAHalf_StaysATarget()
    {
        RetrievalResult result = (await EvaluateAsync(TwoOfFour, image => Numbers[image.Image], 0, 1)).Single();

        result.MeanAveragePrecision.ShouldBe(35.0 / 48, Tolerance);
        result.RemovedDuplicates.ShouldBe(0);
    }

    [Fact]
    public async Task EvaluateAsync_EveryTargetOfAHalfADuplicate_LeavesThatHalfOut()
    {
        RetrievalResult result = (await EvaluateAsync(TwoOfFour, image => Numbers[image.Image], 0, 2, 3)).Single();

        // The first half of a has nothing of its own to find. b ranks 4 and 10 alone: 1; then a 1/3 and b 1 as before.
        result.MeanAveragePrecision.ShouldBe(7.0 / 9, Tolerance);
        (result.Concepts, result.Targets, result.RemovedDuplicates, result.LeftOutHalves).ShouldBe((2, 2.5, 3, 1));
    }

    [Fact]
    public async Task EvaluateAsync_ClassOfOneImage_RanksNothingAndIsStillInTheGallery()
    {
        ImageClass[] classes = [new("a", 0, 1), new("b", 1, 2)];
        RetrievalResult result = (await EvaluateAsync(classes, image => new float[] { 3, 2, 5 }[image.Image])).Single();

        // The one image of a is a target of b's first half (2), nearer than b's own 5: 1/2. Second half: b's own alone: 1.
        result.MeanAveragePrecision.ShouldBe(0.75, Tolerance);
        (result.Concepts, result.Targets, result.RemovedDuplicates, result.LeftOutHalves).ShouldBe((1, 1.5, 0, 2));
    }

    [Fact]
    public async Task EvaluateAsync_NothingCanRank_GivesNoLine()
        => (await EvaluateAsync([new("a", 0, 1), new("b", 1, 1)], _ => 0)).ShouldBeEmpty();

    [Fact]
    public async Task EvaluateAsync_OddNumberOfImages_TheSecondHalfHasOneMore()
    {
        RetrievalResult result = (await EvaluateAsync([new("a", 0, 3), new("b", 3, 3)], image => image.Image < 3 ? 0 : 9)).Single();

        (result.MeanAveragePrecision, result.Targets).ShouldBe((1, 3));
    }

    [Fact]
    public async Task EvaluateAsync_Rotations_AreDistractorsInAllAndAbsentInUpright()
    {
        // Whatever is turned looks like 0.
        float[] upright = [0, 1, 10, 11];
        IReadOnlyList<RetrievalResult> results = await EvaluateAsync(
            [new("a", 0, 2), new("b", 2, 2)], image => image.QuarterTurns == 0 ? upright[image.Image] : 0, rotations: true);

        // All: upright a 1/7 twice, upright b 1 twice; six turned ones 1/6 (six zeros) and then 1/7 (seven zeros).
        results.Select(result => result.Gallery).ShouldBe(["all", "upright"]);
        results[0].MeanAveragePrecision.ShouldBe(29.0 / 112, Tolerance);
        (results[0].Concepts, results[0].Targets).ShouldBe((8, 8));
        results[1].MeanAveragePrecision.ShouldBe(1);
        (results[1].Concepts, results[1].Targets).ShouldBe((2, 2));
    }

    [Fact]
    public async Task EvaluateAsync_ManyConcepts_RankInPartsAndGiveTheSame()
    {
        ImageClass[] classes = [.. Enumerable.Range(0, 300).Select(index => new ImageClass($"{index:D3}", 2 * index, 2))];
        var executor = new ScriptedExecutor(image => image.Image / 2);

        RetrievalResult result = (await EvaluateAsync(classes, executor)).Single();

        result.MeanAveragePrecision.ShouldBe(1);
        executor.RankedAtOnce.ShouldBe([128, 128, 44, 128, 128, 44]);
        executor.Scored.ShouldAllBe(asked => asked.Head == ScoringHead.Job && asked.Snapshot == ScriptedExecutor.Snapshot);
    }

    private static Task<IReadOnlyList<RetrievalResult>> EvaluateAsync(ImageClass[] classes, Func<PoolImage, float> describe, params int[] alike)
        => EvaluateAsync(classes, new ScriptedExecutor(describe), alike);

    private static Task<IReadOnlyList<RetrievalResult>> EvaluateAsync(ImageClass[] classes, Func<PoolImage, float> describe, bool rotations)
        => EvaluateAsync(classes, new ScriptedExecutor(describe), [], rotations);

    private static async Task<IReadOnlyList<RetrievalResult>> EvaluateAsync(ImageClass[] classes, ScriptedExecutor executor, int[]? alike = null, bool rotations = false)
    {
        var catalog = new ConceptCatalog(classes, [.. Enumerable.Range(0, classes.Length)], rotations);
        var gallery = new Gallery(catalog, classes);
        float[] descriptors = await executor.EmbedAsync(ScriptedExecutor.Snapshot, gallery.Images, TestContext.Current.CancellationToken);
        var retrieval = new RetrievalEvaluator(gallery, catalog, (left, right) => (alike ?? []).Contains(left) && (alike ?? []).Contains(right), 1);
        var scorer = new DescriptorScorer("gauss", executor, ScriptedExecutor.Snapshot, descriptors, ScoringHead.Job);
        return await retrieval.EvaluateAsync(scorer, TestContext.Current.CancellationToken);
    }
}
