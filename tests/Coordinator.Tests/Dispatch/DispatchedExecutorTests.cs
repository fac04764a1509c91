using S2M.Coordinator.Dispatch;
using S2M.Coordinator.Parameters;
using S2M.Coordinator.Tests.Simulation;
using S2M.Coordinator.Training;
using S2M.Data.Catalogs;
using S2M.Data.Sampling;
using S2M.Numerics.Averaging;
using S2M.Numerics.Parameters;
using S2M.Specification;

namespace S2M.Coordinator.Tests.Dispatch;

/// <summary>However work is cut and whoever fails: the same bits.</summary>
public sealed class DispatchedExecutorTests
{
    private static readonly QuadraticExecutor Local = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, Fault.None)]
    [InlineData(2, Fault.None)]
    [InlineData(3, Fault.None)]
    [InlineData(3, Fault.OtherEpisodes)]
    [InlineData(3, Fault.OtherShape)]
    [InlineData(3, Fault.WrongLength)]
    [InlineData(3, Fault.CutsConnection)]
    public async Task ComputeGradientAsync_AnyWorkersAndFaults_GivesTheBitsOfOne(int workers, Fault fault)
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(workers);
        await using DispatchedExecutor executor = Open(scene);
        scene.Workers[0].Script(fault);
        Episode[] episodes = [.. Enumerable.Range(0, 11).Select(index => new Episode(new EpisodeAddress(5, EpisodePhase.Training, 0, index), [], []))];
        ParameterSnapshot snapshot = Local.Definition.Initial with { Version = 3 };

        EpisodeSum sum = await executor.ComputeGradientAsync(snapshot, episodes, Token);

        EpisodeSum expected = FixedTree.Sum([.. episodes.Select(episode => Local.Compute(snapshot, episode.Address))]);
        (sum.Present, sum.Values, sum.Metrics).ShouldSatisfyAllConditions(
            () => sum.Present.ShouldBe(11),
            () => sum.Values.ShouldBe(expected.Values),
            () => sum.Metrics.ShouldBe(expected.Metrics));
    }

    [Theory]
    [InlineData(Fault.None)]
    [InlineData(Fault.OtherShape)]
    public async Task CreateParametersAsync_Worker_GivesTheNetworkAndItsContract(Fault fault)
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(1);
        await using DispatchedExecutor executor = Open(scene);
        scene.Workers[0].Script(fault);

        NetworkDefinition definition = await executor.CreateParametersAsync(Token);

        executor.NumericContract.ShouldBe("cpu");
        (definition.DescriptorSize, definition.MetricNames.Count).ShouldBe((4, Local.MetricNames.Count));
        definition.Initial.Parameters.ShouldBe(Local.Definition.Initial.Parameters);
        definition.Initial.Buffers.ShouldBe(Local.Definition.Initial.Buffers);
        definition.Parameters.Entries.Select(entry => (entry.Name, entry.LearningRateScale)).ShouldBe([("weight", 1f), ("scale", 10f)]);
    }

    [Theory]
    [InlineData(Fault.None)]
    [InlineData(Fault.OtherShape)]
    public async Task EmbedScoreAndRank_ManyItems_AreInTheirOrder(Fault fault)
    {
        await using DispatchScene scene = await DispatchScene.StartAsync(3);
        await using DispatchedExecutor executor = Open(scene);
        await executor.CreateParametersAsync(Token);
        int calls = 0;
        scene.Workers[0].FaultOf = _ => Interlocked.Increment(ref calls) % 3 == 1 ? fault : Fault.None;
        ParameterSnapshot snapshot = Local.Definition.Initial;
        PoolImage[] images = [.. Enumerable.Range(0, 5000).Select(image => new PoolImage(image, 0))];
        EpisodeGroup[] groups = [.. Enumerable.Range(1, 300).Select(i => new EpisodeGroup([new Concept(new ConceptId(i, 0), [0], [.. Enumerable.Range(0, 1 + (i % 3))])], []))];
        IReadOnlyList<int>[] supports = [.. Enumerable.Range(0, 50).Select(i => new[] { i })];

        float[] descriptors = await executor.EmbedAsync(snapshot, images, Token);
        IReadOnlyList<double[]> scores = await executor.ScoreAsync(snapshot, descriptors, groups, ScoringHead.Job, withComponents: false, Token);
        IReadOnlyList<double[]> ranks = await executor.RankAsync(snapshot, descriptors, supports, [7, 8], ScoringHead.NearestMean, Token);

        descriptors.ShouldBe([.. images.SelectMany(image => Enumerable.Range(0, 4).Select(i => (10f * image.Image) + i))]);
        scores.Select(array => array.Length).ShouldBe(groups.Select(group => group.Concepts[0].Positives.Count));
        ranks.Select(array => array[0]).ShouldBe(supports.Select(support => (double)support[0] + 7));
    }

    private static DispatchedExecutor Open(DispatchScene scene)
    {
        PublishedArrays.Loop shelf = new PublishedArrays().Open("job-1", 7, "{}", "hash", "glyphs@0");
        foreach (FakeWorker worker in scene.Workers)
        {
            worker.Version = shelf.Version;
        }

        return new DispatchedExecutor(scene.Dispatcher, scene.Lanes, shelf, DispatchScene.Options, (_, _, _) => { });
    }
}
