using S2M.Coordinator.Training;
using S2M.Data.Sampling;
using S2M.Numerics.Averaging;
using S2M.Numerics.Parameters;

namespace S2M.Coordinator.Tests.Simulation;

/// <summary>Describes every image by one number that the test chooses; a score is the negative distance from the mean of the support. Keeps what it was asked.</summary>
/// <param name="describe">The number of an image.</param>
internal sealed class ScriptedExecutor(Func<PoolImage, float> describe) : IShareExecutor
{
    internal static ParameterSnapshot Snapshot { get; } = new(7, [1], [2]);

    internal List<IReadOnlyList<PoolImage>> Embedded { get; } = [];

    internal List<(ParameterSnapshot Snapshot, ScoringHead Head)> Scored { get; } = [];

    internal List<int> RankedAtOnce { get; } = [];

    public Task<NetworkDefinition> CreateParametersAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<EpisodeSum> ComputeGradientAsync(ParameterSnapshot snapshot, IReadOnlyList<Episode> episodes, CancellationToken cancellationToken)
        => throw new NotSupportedException();

    public Task<float[]> EmbedAsync(ParameterSnapshot snapshot, IReadOnlyList<PoolImage> images, CancellationToken cancellationToken)
    {
        Embedded.Add(images);
        return Task.FromResult<float[]>([.. images.Select(describe)]);
    }

    public Task<IReadOnlyList<double[]>> ScoreAsync(
        ParameterSnapshot snapshot, float[] descriptors, IReadOnlyList<EpisodeGroup> groups, ScoringHead head, CancellationToken cancellationToken)
    {
        Scored.Add((snapshot, head));
        return Task.FromResult<IReadOnlyList<double[]>>([.. groups.Select(group =>
        {
            int[] queries = [.. group.Concepts.SelectMany(concept => concept.Positives), .. group.Distractors];
            return group.Concepts.SelectMany(concept => Score(descriptors, concept.Support, queries)).ToArray();
        })]);
    }

    public Task<IReadOnlyList<double[]>> RankAsync(
        ParameterSnapshot snapshot,
        float[] descriptors,
        IReadOnlyList<IReadOnlyList<int>> supports,
        IReadOnlyList<int> targets,
        ScoringHead head,
        CancellationToken cancellationToken)
    {
        Scored.Add((snapshot, head));
        RankedAtOnce.Add(supports.Count);
        return Task.FromResult<IReadOnlyList<double[]>>([.. supports.Select(support => Score(descriptors, support, targets))]);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static double[] Score(float[] descriptors, IReadOnlyList<int> support, IReadOnlyList<int> queries)
    {
        support.ShouldNotBeEmpty("a head cannot be fitted to nothing");
        double mean = support.Average(row => (double)descriptors[row]);
        return [.. queries.Select(query => -Math.Abs(descriptors[query] - mean))];
    }
}
