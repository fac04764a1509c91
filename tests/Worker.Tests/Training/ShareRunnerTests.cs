using S2M.Data.Catalogs;
using S2M.Data.Glyphs;
using S2M.Data.Images;
using S2M.Data.Sampling;
using S2M.Model.Mixture;
using S2M.Numerics.Parameters;
using S2M.Numerics.Randomness;
using S2M.Specification;
using S2M.Worker.Images;
using S2M.Worker.Training;

namespace S2M.Worker.Tests.Training;

public sealed class ShareRunnerTests
{
    private const int Pool = 12;

    private static readonly EpisodeGroup Group = new(
        [new Concept(new ConceptId(0, 0), [0, 1, 2], [3, 4]), new Concept(new ConceptId(1, 0), [5], [6, 7, 0])], [8, 9]);

    private static ScoringHead HeadOf(bool nearestMean) => nearestMean ? ScoringHead.NearestMean : ScoringHead.Job;

    private static readonly int[] Queries = [3, 4, 6, 7, 0, 8, 9];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Score_AnyGroup_IsTheDensityOfTheFitAtEveryQuery(bool nearestMean)
    {
        using var job = new GlyphJob();
        int size = job.Runner.Network.DescriptorSize;
        float[] descriptors = Descriptors(size);
        ParameterSnapshot snapshot = job.Runner.Network.Initialize();

        IReadOnlyList<double[]> scores = job.Runner.Score(snapshot, descriptors, [Group, Group], HeadOf(nearestMean), withComponents: false, default);

        scores.Count.ShouldBe(2);
        scores[1].ShouldBe(scores[0]);
        for (int concept = 0; concept < 2; concept++)
        {
            scores[0].Skip(concept * Queries.Length).Take(Queries.Length)
                .ShouldBe(Densities(descriptors, size, Group.Concepts[concept].Support, Queries, nearestMean ? null : Offset(snapshot)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rank_SeveralSupports_IsTheDensityOfTheFitAtEveryTarget(bool nearestMean)
    {
        using var job = new GlyphJob();
        int size = job.Runner.Network.DescriptorSize;
        float[] descriptors = Descriptors(size);
        ParameterSnapshot snapshot = job.Runner.Network.Initialize();
        int[][] supports = [[0, 4], [7]];
        int[] targets = [11, 2, 2, 5];

        IReadOnlyList<double[]> scores = job.Runner.Rank(snapshot, descriptors, supports, targets, HeadOf(nearestMean), default);

        for (int concept = 0; concept < supports.Length; concept++)
        {
            scores[concept].ShouldBe(Densities(descriptors, size, supports[concept], targets, nearestMean ? null : Offset(snapshot)));
        }
    }

    [Fact]
    public void Score_Cancelled_Stops()
    {
        using var job = new GlyphJob();

        Should.Throw<OperationCanceledException>(() => job.Runner.Score(
            job.Runner.Network.Initialize(), Descriptors(job.Runner.Network.DescriptorSize), [Group], ScoringHead.Job, false, new CancellationToken(canceled: true)));
    }

    /// <summary>What training has to beat: were random features this good already, the built-in characters would prove nothing.</summary>
    [Fact]
    public void Score_UntrainedNetworkOnGlyphs_GetsAtMostThreeQuartersOfTwentyWaysRight()
    {
        const int ways = 20;
        const int queries = 2;
        const int episodes = 60;
        using var data = new GlyphDataSet();
        var job = new JobSpecification { Name = "untrained", Data = new DataSpecification { Name = GlyphDataSet.DataSetName } };
        var sampler = new EpisodeSampler(new ConceptCatalog(data.Classes, [.. Enumerable.Range(0, 200)], rotations: true), data.Classes);
        using var runner = new ShareRunner(job, new PoolTensors(new DecodedImages(data, 1 << 26), new ImageFormat(28, 1, true)));
        ParameterSnapshot start = runner.Network.Initialize();
        int hits = 0;
        for (int index = 0; index < episodes; index++)
        {
            Episode episode = sampler.SampleClassification(new EpisodeAddress(1, EpisodePhase.Test, 0, index), ways, shots: 5, queries);
            double[] scores = runner.Score(start, runner.Embed(start, episode.Pool), episode.Groups, ScoringHead.NearestMean, false, default)[0];
            hits += Enumerable.Range(0, ways * queries).Count(
                query => Enumerable.Range(0, ways).MaxBy(concept => scores[(concept * ways * queries) + query]) == query / queries);
        }

        // Chance is 1 in 20: well above it, or the embedding is broken.
        ((double)hits / (episodes * ways * queries)).ShouldBeInRange(0.2, 0.75);
    }

    private static double Offset(ParameterSnapshot snapshot)
    {
        // All shot counts start at the job's eps, stored as a float's logarithm.
        return S2M.Numerics.Portable.PortableMath.Exp(snapshot.Parameters[^3]);
    }

    private static double[] Densities(float[] descriptors, int size, IReadOnlyList<int> support, int[] rows, double? offset)
    {
        double[] pool = Array.ConvertAll(descriptors, value => (double)value);
        double[] densities = new double[rows.Length];
        GaussianFit.Fit(pool, size, support, offset).LogDensities([.. rows.SelectMany(row => pool[(row * size)..((row + 1) * size)])], densities);
        return densities;
    }

    private static float[] Descriptors(int size)
    {
        var random = new PhiloxRandom(3, 99);
        return [.. Enumerable.Range(0, Pool * size).Select(_ => (float)(random.NextNormal() / 8))];
    }
}
