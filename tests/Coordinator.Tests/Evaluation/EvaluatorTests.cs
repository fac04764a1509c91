using S2M.Coordinator.Evaluation;
using S2M.Coordinator.Tests.Simulation;
using S2M.Data.Catalogs;
using S2M.Data.Sampling;
using S2M.Specification;

namespace S2M.Coordinator.Tests.Evaluation;

public sealed class EvaluatorTests
{
    private const double Tolerance = 1e-12;
    private static readonly ImageClass[] Classes = [.. Enumerable.Range(0, 3).Select(index => new ImageClass($"class{index}", 6 * index, 6))];

    [Fact]
    public async Task EvaluateAsync_EpisodesOfKnownAccuracy_MeanAndNormalInterval()
    {
        // Two concepts of two queries: episodes with 4, 2 and 3 of 4 right.
        var right = new Queue<int>([4, 2, 3]);
        var scorer = new ScriptedScorer("scripted", group => Right(group, right.Dequeue()));

        EvaluationResult cell = (await Of(new() { Ways = [2], Shots = [1], Queries = 2 }).EvaluateAsync([scorer], 3, TestContext.Current.CancellationToken)).Single();

        // Mean 3/4, unbiased variance 1/16: standard error sqrt(1/48).
        double half = 1.959963984540054 * Math.Sqrt(1.0 / 48);
        cell.Accuracy.ShouldBe(0.75, Tolerance);
        cell.Episodes95.Low.ShouldBe(0.75 - half, Tolerance);
        cell.Episodes95.High.ShouldBe(0.75 + half, Tolerance);
        (cell.Phase, cell.Head, cell.Ways, cell.Shots, cell.Episodes).ShouldBe(("test", "scripted", 2, 1, 3));
    }

    [Fact]
    public async Task EvaluateAsync_OneClassRightTheOtherWrong_CharactersIntervalSpansBoth()
    {
        // Every query goes to class 1.
        var scorer = new ScriptedScorer("scripted", group => Scores(group, (concept, _) => concept.Id.Class));
        Evaluator evaluator = Of(new() { Ways = [2], Shots = [1], Queries = 2 }, part: [0, 1]);

        EvaluationResult cell = (await evaluator.EvaluateAsync([scorer], 5, TestContext.Current.CancellationToken)).Single();

        (cell.Episodes95.Low, cell.Accuracy, cell.Episodes95.High).ShouldBe((0.5, 0.5, 0.5));
        (cell.Characters95.Low, cell.Characters95.Mean, cell.Characters95.High).ShouldBe((0, 0.5, 1));
    }

    [Fact]
    public async Task EvaluateAsync_Rotations_CountForTheirBaseClass()
    {
        // All eight concepts are in every episode; the upright ones win everything, each its own class.
        var scorer = new ScriptedScorer(
            "scripted", group => Scores(group, (concept, owner) => concept.Id.QuarterTurns == 0 && concept.Id.Class == owner.Id.Class ? 1 : 0));
        Evaluator evaluator = Of(new() { Ways = [8], Shots = [1], Queries = 2 }, part: [0, 1], rotations: true);

        EvaluationResult cell = (await evaluator.EvaluateAsync([scorer], 4, TestContext.Current.CancellationToken)).Single();

        (cell.Characters95.Low, cell.Characters95.Mean, cell.Characters95.High).ShouldBe((0.25, 0.25, 0.25));
    }

    [Fact]
    public async Task EvaluateAsync_EqualScores_TheFirstConceptWins()
    {
        var scorer = new ScriptedScorer("scripted", group => Scores(group, (_, _) => 0));

        EvaluationResult cell = (await Of(new() { Ways = [3], Shots = [1], Queries = 2 }).EvaluateAsync([scorer], 4, TestContext.Current.CancellationToken)).Single();

        cell.Accuracy.ShouldBe(1.0 / 3, Tolerance);
    }

    [Fact]
    public async Task EvaluateAsync_SeveralRowsAndScorers_EveryCellOnceOnTheSameEpisodes()
    {
        var first = new ScriptedScorer("first", group => Right(group, 0));
        var second = new ScriptedScorer("second", group => Right(group, 0));
        var specification = new EvaluationSpecification { Ways = [3, 2], Shots = [1, 4], Queries = 2, Seed = 5 };

        IReadOnlyList<EvaluationResult> cells = await Of(specification, EpisodePhase.Validation).EvaluateAsync([first, second], 2, TestContext.Current.CancellationToken);

        cells.Select(cell => (cell.Ways, cell.Shots, cell.Head)).ShouldBe(
            [(3, 1, "first"), (3, 1, "second"), (3, 4, "first"), (3, 4, "second"), (2, 1, "first"), (2, 1, "second"), (2, 4, "first"), (2, 4, "second")]);
        cells.ShouldAllBe(cell => cell.Phase == "validation" && cell.Accuracy == 0);
        first.Groups.Select(Show).ShouldBe(second.Groups.Select(Show));

        // The gallery of all classes without rotations has its images in their own order: a row is an image.
        var sampler = new EpisodeSampler(new ConceptCatalog(Classes, [0, 1, 2], rotations: false), Classes);
        first.Groups.Select(Show).ShouldBe(new[] { (3, 1), (3, 4), (2, 1), (2, 4) }.SelectMany((cell, row) => Enumerable.Range(0, 2).Select(
            index => Show(sampler.SampleClassification(new EpisodeAddress(5, EpisodePhase.Validation, row, index), cell.Item1, cell.Item2, 2)))));
    }

    [Fact]
    public async Task ScoreEpisodeAsync_CellAndIndex_IsTheEpisodeOfTheTable()
    {
        var specification = new EvaluationSpecification { Ways = [3, 2], Shots = [1, 4], Queries = 2 };
        var scorer = new ScriptedScorer("scripted", group => Scores(group, (concept, _) => concept.Id.Class));
        await Of(specification).EvaluateAsync([scorer], 3, TestContext.Current.CancellationToken);
        EpisodeGroup[] evaluated = [.. scorer.Groups];

        for (int row = 0; row < 4; row++)
        {
            ScoredEpisode shown = await Of(specification).ScoreEpisodeAsync(
                scorer, specification.Ways[row / 2], specification.Shots[row % 2], 1, TestContext.Current.CancellationToken);

            Show(shown.Episode).ShouldBe(Show(evaluated[(3 * row) + 1]));
            shown.Scores.ShouldBe(Scores(evaluated[(3 * row) + 1], (concept, _) => concept.Id.Class));
        }
    }

    [Fact]
    public async Task EmbedAsync_SeveralHeads_EmbedsOnceAndScoresWithEach()
    {
        var executor = new ScriptedExecutor(image => image.Image / 6);
        Evaluator evaluator = Of(new() { Ways = [3], Shots = [2], Queries = 3 }, executor: executor);

        IReadOnlyList<DescriptorScorer> scorers = await evaluator.EmbedAsync(
            ScriptedExecutor.Snapshot, [(ScoringHead.Job, "gauss"), (ScoringHead.NearestMean, "nearest_mean")], TestContext.Current.CancellationToken);
        IReadOnlyList<EvaluationResult> cells = await evaluator.EvaluateAsync(scorers, 2, TestContext.Current.CancellationToken);

        executor.Embedded.Single().ShouldBe(Enumerable.Range(0, 18).Select(image => new PoolImage(image, 0)));
        executor.Scored.ShouldBe([(ScriptedExecutor.Snapshot, ScoringHead.Job), (ScriptedExecutor.Snapshot, ScoringHead.NearestMean)]);
        cells.Select(cell => (cell.Head, cell.Accuracy)).ShouldBe([("gauss", 1), ("nearest_mean", 1)]);
    }

    [Fact]
    public async Task RetrieveAsync_SeveralScorers_EachHasItsLines()
    {
        var executor = new ScriptedExecutor(image => image.Image / 6);
        Evaluator evaluator = Of(new(), executor: executor, rotations: true);
        IReadOnlyList<DescriptorScorer> scorers = await evaluator.EmbedAsync(
            ScriptedExecutor.Snapshot, [(ScoringHead.Job, "gauss"), (ScoringHead.NearestMean, "nearest_mean")], TestContext.Current.CancellationToken);

        IReadOnlyList<RetrievalResult> lines = await evaluator.RetrieveAsync(scorers, (_, _) => false, TestContext.Current.CancellationToken);

        // Turned images look like upright ones: every concept shares its first place with its three turns, three of twelve relevant.
        lines.Select(line => (line.Head, line.Gallery, line.MeanAveragePrecision)).ShouldBe(
            [("gauss", "all", 0.25), ("gauss", "upright", 1), ("nearest_mean", "all", 0.25), ("nearest_mean", "upright", 1)]);
    }

    private static Evaluator Of(
        EvaluationSpecification specification, EpisodePhase phase = EpisodePhase.Test, int[]? part = null, bool rotations = false, ScriptedExecutor? executor = null)
        => new(specification, Classes, new ConceptCatalog(Classes, part ?? [0, 1, 2], rotations), phase, executor ?? new ScriptedExecutor(_ => 0));

    /// <summary>Scores of which the first so many queries have their own concept as the best one.</summary>
    private static double[] Right(EpisodeGroup group, int right)
    {
        int query = 0;
        int[] winners = [.. group.Concepts.SelectMany((concept, owner) => concept.Positives.Select(_ => query++ < right ? owner : (owner + 1) % group.Concepts.Count))];
        return [.. group.Concepts.SelectMany((_, concept) => winners.Select(winner => winner == concept ? 1.0 : 0))];
    }

    private static double[] Scores(EpisodeGroup group, Func<Concept, Concept, double> score)
        => [.. group.Concepts.SelectMany(concept => group.Concepts.SelectMany(owner => owner.Positives.Select(_ => score(concept, owner))))];

    private static string Show(EpisodeGroup group) => Show(group, row => row);

    private static string Show(Episode episode) => Show(episode.Groups[0], index => episode.Pool[index].Image);

    private static string Show(EpisodeGroup group, Func<int, int> image)
        => string.Join("; ", group.Concepts.Select(
            concept => $"{concept.Id}: {string.Join(' ', concept.Support.Select(image))} | {string.Join(' ', concept.Positives.Select(image))}"));

    private sealed class ScriptedScorer(string name, Func<EpisodeGroup, double[]> score) : IGroupScorer
    {
        public List<EpisodeGroup> Groups { get; } = [];

        public string Name => name;

        public Task<IReadOnlyList<double[]>> ScoreAsync(IReadOnlyList<EpisodeGroup> groups, CancellationToken cancellationToken)
        {
            Groups.AddRange(groups);
            return Task.FromResult<IReadOnlyList<double[]>>([.. groups.Select(score)]);
        }
    }
}
