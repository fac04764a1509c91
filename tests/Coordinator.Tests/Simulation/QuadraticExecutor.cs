using S2M.Coordinator.Training;
using S2M.Data.Sampling;
using S2M.Numerics.Averaging;
using S2M.Numerics.Parameters;
using S2M.Numerics.Randomness;
using S2M.Specification;

namespace S2M.Coordinator.Tests.Simulation;

/// <summary>
/// Workers without a network: an episode's loss is half the squared distance of the parameters from a target that its address draws, and its batch
/// statistics are drawn likewise. Every answer is a function of its arguments. Everything completes at once, on the caller's thread.
/// </summary>
/// <param name="size">Elements of the larger tensor.</param>
internal sealed class QuadraticExecutor(int size = 13) : IShareExecutor
{
    internal const int Buffers = 5;

    /// <summary>Which episodes give a gradient that is not finite.</summary>
    internal Func<EpisodeAddress, bool> IsAbsent { get; init; } = _ => false;

    /// <summary>A factor on a step's gradients.</summary>
    internal Func<int, float> GradientScale { get; init; } = _ => 1;

    /// <summary>Is told of a step before it is computed.</summary>
    internal Action<int> OnCompute { get; init; } = _ => { };

    /// <summary>Changes the answer on its way.</summary>
    internal Func<EpisodeSum, EpisodeSum> Answer { get; init; } = sum => sum;

    /// <summary>The metrics of a leaf, in their order.</summary>
    internal IReadOnlyList<string> MetricNames { get; init; } = ["loss", "hits", "queries", "zero_descriptors", "flat_histograms"];

    /// <summary>Seed of how the step is cut into shares and in which order they come back; null for one share.</summary>
    internal ulong? Sharing { get; init; }

    internal NetworkDefinition Definition => field ??= new(
        new ParameterLayout([new("weight", [size]), new("scale", [], 10)]),
        new ParameterLayout([new("running_mean", [3]), new("running_variance", [2])]),
        4,
        MetricNames,
        new ParameterSnapshot(0, Draw(0, size + 1, 0), Draw(1, Buffers, 0)));

    public Task<NetworkDefinition> CreateParametersAsync(CancellationToken cancellationToken) => Task.FromResult(Definition);

    public Task<EpisodeSum> ComputeGradientAsync(ParameterSnapshot snapshot, IReadOnlyList<Episode> episodes, CancellationToken cancellationToken)
    {
        OnCompute(snapshot.Version + 1);
        cancellationToken.ThrowIfCancellationRequested();
        EpisodeSum[] leaves = [.. episodes.Select(episode => Compute(snapshot, episode.Address))];
        return Task.FromResult(Answer(Sharing is null ? FixedTree.Sum(leaves) : InShares(leaves, new PhiloxRandom(Sharing.Value, 1, (uint)snapshot.Version))));
    }

    public Task<float[]> EmbedAsync(ParameterSnapshot snapshot, IReadOnlyList<PoolImage> images, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<double[]>> ScoreAsync(
        ParameterSnapshot snapshot, float[] descriptors, IReadOnlyList<EpisodeGroup> groups, ScoringHead head, bool withComponents, CancellationToken cancellationToken)
        => throw new NotSupportedException();

    public Task<IReadOnlyList<double[]>> RankAsync(
        ParameterSnapshot snapshot,
        float[] descriptors,
        IReadOnlyList<IReadOnlyList<int>> supports,
        IReadOnlyList<int> targets,
        ScoringHead head,
        CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>One leaf.</summary>
    internal EpisodeSum Compute(ParameterSnapshot snapshot, EpisodeAddress address)
    {
        if (IsAbsent(address))
        {
            return EpisodeSum.Absent;
        }

        float[] target = Draw((uint)address.Step + 2, snapshot.Parameters.Length + Buffers, (uint)address.Index);
        float[] values = new float[target.Length];
        double loss = 0;
        for (int i = 0; i < values.Length; i++)
        {
            bool isParameter = i < snapshot.Parameters.Length;
            values[i] = isParameter ? GradientScale(snapshot.Version + 1) * (snapshot.Parameters[i] - target[i]) : target[i] * target[i];
            loss += isParameter ? 0.5 * values[i] * values[i] : 0;
        }

        return new EpisodeSum(1, values, [.. MetricNames.Select(name => name switch
        {
            "loss" => loss,
            "hits" => address.Index % 3,
            "queries" => 4,
            "zero_descriptors" => 1,
            "flat_histograms" => 2,
            _ => -1,
        })]);
    }

    private static EpisodeSum InShares(EpisodeSum[] leaves, PhiloxRandom random)
    {
        var nodes = new List<(int First, int Count, EpisodeSum Sum)>();
        for (int first = 0; first < leaves.Length;)
        {
            int count = 1 + random.NextInt32(leaves.Length - first);
            nodes.AddRange(FixedTree.CompleteNodes(leaves.Length, first, count).Select(
                node => (node.First, node.Count, FixedTree.Sum(leaves[node.First..(node.First + node.Count)]))));
            first += count;
        }

        (int First, int Count, EpisodeSum Sum)[] answers = [.. nodes];
        random.Shuffle<(int, int, EpisodeSum)>(answers);
        return FixedTree.Combine(leaves.Length, answers);
    }

    private static float[] Draw(uint stream, int count, uint index)
    {
        var random = new PhiloxRandom(99, RandomPurpose.Initialization, stream, index);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextNormal())];
    }
}
