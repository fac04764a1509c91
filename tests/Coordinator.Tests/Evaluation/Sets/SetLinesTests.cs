using S2M.Coordinator.Evaluation.Sets;
using S2M.Coordinator.Tests.Simulation;
using S2M.Coordinator.Training;
using S2M.Data.Sampling;
using S2M.Numerics.Mixtures;
using S2M.Numerics.Parameters;
using S2M.Numerics.Portable;
using S2M.Specification;

namespace S2M.Coordinator.Tests.Evaluation.Sets;

public sealed class SetLinesTests
{
    private const double Tolerance = 1e-6;

    // Four directions of the plane; rows 0-2 are two of one mode and one of another, row 3 is noise, 4-6 are queries.
    private static readonly float[] Plane = [1, 0, 0.8f, 0.6f, 0, 1, -1, 0, 0.6f, 0.8f, 0, -1, 1, 0];

    private static readonly LocatedSet Set = new(new EpisodeGroup([new Concept(default, [0, 1, 2, 3], [4])], [5, 6]), [0, 0, 1, -1]);

    private static readonly SetPool Pool = new(new ScriptedExecutor(_ => 0), ScriptedExecutor.Snapshot, Plane, 2);

    [Fact]
    public void NearestNeighbor_EveryQuery_IsItsLargestCosine()
    {
        SetScores scores = SetScoring.NearestNeighbor(Pool, Set);

        scores.Queries[0].ShouldBe(0.96, Tolerance);
        scores.Queries[1].ShouldBe(0, Tolerance);
        scores.Queries[2].ShouldBe(1, Tolerance);
        scores.SupportComponents.ShouldBeNull();
    }

    [Fact]
    public void TrueModes_LabelsWithNoise_IsTheMixtureOfTheModes()
    {
        SetScores scores = SetScoring.TrueModes(Pool, Set, 0.1);

        // By hand: mode 0 has mean (0.9, 0.3), variances 0.01 and 0.09; mode 1 the point (0, 1); eps is added.
        var mixture = new GaussianMixture([2.0 / 3, 1.0 / 3], [0.9, 0.3, 0, 1], [0.11, 0.19, 0.1, 0.1]);
        double[] expected = new double[3];
        mixture.LogDensities([0.6, 0.8, 0, -1, 1, 0], expected);
        for (int query = 0; query < 3; query++)
        {
            scores.Queries[query].ShouldBe(expected[query], 1e-5);
        }

        scores.SupportComponents.ShouldNotBeNull().Take(3).ShouldBe([0, 0, 1]);
    }

    [Theory]
    [InlineData(HeadKind.Gauss, "gauss nearest_mean k2 k3 k4 k_chosen nearest_neighbor true_modes")]
    [InlineData(HeadKind.NearestMean, "nearest_mean k1 k2 k3 k4 k_chosen nearest_neighbor true_modes")]
    public async Task Of_AJob_OwnHeadFirst(HeadKind head, string expected)
    {
        var executor = new ScriptedExecutor(_ => 0);
        JobSpecification job = JobFile.Parse("name: a\ndata: {name: glyphs}\nevaluation: {sets: {}}", "job", []);
        job = job with { Network = job.Network with { Head = head } };

        IReadOnlyList<ISetScorer> lines = SetLines.Of(job, head == HeadKind.Gauss ? "gauss" : "nearest_mean", Definition(), Pool with { Executor = executor, Size = 1 });
        SetScores[] scores = [.. await Task.WhenAll(lines.Select(async line => (await line.ScoreAsync([Set], TestContext.Current.CancellationToken)).Single()))];

        string.Join(' ', lines.Select(line => line.Name)).ShouldBe(expected);
        ScoringHead twice = head == HeadKind.Gauss ? ScoringHead.OneComponent : ScoringHead.Job;
        executor.Scored.Select(call => call.Head).ShouldBe(Enum.GetValues<ScoringHead>().Where(scoring => scoring != twice));
        scores.ShouldAllBe(ofLine => ofLine.Queries.Length == 3);
    }

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(2, 0.5)]
    [InlineData(3, 0.25)]
    [InlineData(100, 0.25)]
    public void LearnedOffset_OfAShotCount_IsThatOfTheNearest(int shots, double expected)
        => LearnedOffset.Of(
            Definition("conv.weight", "head.log_variance_offset.shots_1", "head.log_variance_offset.shots_5"),
            new ParameterSnapshot(0, [9, (float)PortableMath.Log(0.5), (float)PortableMath.Log(0.25)], []),
            shots,
            0.01).ShouldBe(expected, Tolerance);

    [Fact]
    public void LearnedOffset_NothingLearned_IsTheStart() => LearnedOffset.Of(Definition("conv.weight"), new ParameterSnapshot(0, [9], []), 5, 0.01).ShouldBe(0.01);

    private static NetworkDefinition Definition(params string[] names)
        => new(new ParameterLayout([.. names.Select(name => new ParameterEntry(name, []))]), new ParameterLayout([]), 2, [], ScriptedExecutor.Snapshot);
}
