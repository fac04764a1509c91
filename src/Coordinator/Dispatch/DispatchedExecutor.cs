using System.Diagnostics;
using System.Numerics;
using S2M.Coordinator.Diagnostics;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Parameters;
using S2M.Coordinator.Training;
using S2M.Data.Sampling;
using S2M.Numerics.Averaging;
using S2M.Numerics.Parameters;
using Wire = S2M.Protos.V1;
using S2M.Specification;

namespace S2M.Coordinator.Dispatch;

/// <summary>Computes on the job's workers. How work is cut into shares changes the speed and no bit.</summary>
/// <param name="dispatcher">Leases shares.</param>
/// <param name="workers">How many there are to cut for.</param>
/// <param name="shelf">Where workers pull parameters and descriptors.</param>
/// <param name="options">Into how many shares a step is cut, and how many of them are audited.</param>
/// <param name="progress">Is told of embedding and scoring.</param>
internal sealed class DispatchedExecutor(Dispatcher dispatcher, JobWorkers workers, PublishedArrays.Loop shelf, DispatchOptions options, WorkProgress progress) : IShareExecutor
{
    /// <summary>Images of an embedding chunk: workers compute whole chunks, so a share is a number of them.</summary>
    private const int EmbeddingChunk = 256;

    private const string Gradient = "gradient";

    // Small enough for progress and for a quick hand-over, large enough that a call costs nothing beside them.
    private const int ChunksPerShare = 4;
    private const int GroupsPerShare = 64;
    private const int SupportsPerShare = 16;

    // Gradients above it are cut into one share for each worker: more of them would cost more to send than they even out.
    private const long LargestCutBytes = 8L << 20;

    private int _descriptorSize;
    private long _gradientShares;

    /// <summary>The contract of the worker that made version 0; empty before.</summary>
    internal string NumericContract { get; private set; } = string.Empty;

    /// <inheritdoc/>
    public async Task<NetworkDefinition> CreateParametersAsync(CancellationToken cancellationToken)
    {
        ShareAnswer[] answers = await dispatcher.RunAsync(
            [new ShareWork("create", 0, 1, request => request.CreateParameters = new Wire.CreateParametersWork(), answer => WireNetwork.ToDefinition(answer))],
            null,
            cancellationToken);
        NumericContract = answers[0].Worker!.NumericContract;
        NetworkDefinition definition = WireNetwork.ToDefinition(answers[0]);
        _descriptorSize = definition.DescriptorSize;
        return definition;
    }

    /// <inheritdoc/>
    public async Task<EpisodeSum> ComputeGradientAsync(ParameterSnapshot snapshot, IReadOnlyList<Episode> episodes, CancellationToken cancellationToken)
    {
        int step = episodes[0].Address.Step;
        using Activity? activity = CoordinatorInstruments.Activities.StartActivity("step");
        activity?.SetTag("s2m.step", step + 1).SetTag("s2m.episodes", episodes.Count);
        int version = shelf.Publish(snapshot);
        int length = snapshot.Parameters.Length + snapshot.Buffers.Length;
        int size = EpisodesPerShare(episodes.Count, length);
        ShareWork[] shares = [.. episodes.Chunk(size).Select((part, index) => new ShareWork(Gradient, step, part.Length, request => request.Gradient = new Wire.GradientWork
        {
            Version = version,
            Leaves = episodes.Count,
            First = index * size,
            Episodes = { part.Select(WireEpisodes.ToWire) },
        }, answer => CheckNodes(answer, FixedTree.CompleteNodes(episodes.Count, index * size, part.Length), length))
        {
            IsAudited = IsAudited(),
        })];
        ShareAnswer[] answers = await dispatcher.RunAsync(shares, null, cancellationToken);
        return FixedTree.Combine(episodes.Count, [.. answers.SelectMany(answer => Enumerable.Range(0, answer.Count).Select(answer.Node))], areOurs: true);
    }

    /// <inheritdoc/>
    public async Task<float[]> EmbedAsync(ParameterSnapshot snapshot, IReadOnlyList<PoolImage> images, CancellationToken cancellationToken)
    {
        int version = shelf.Publish(snapshot);
        var count = new WorkCount(progress, "images embedded", images.Count);
        ShareWork[] shares = Cut("embed", snapshot, images, EmbeddingChunk * ChunksPerShare, (request, part) => request.Embedding = new Wire.EmbeddingWork
        {
            Version = version,
            Images = WireEpisodes.ToWire(part),
        }, (answer, part) => CheckEmbedding(answer, part.Length));
        ShareAnswer[] answers = await dispatcher.RunAsync(shares, work => count.Add(work.Items), cancellationToken);
        return Join([.. answers.Select(answer => answer.Floats(0))]);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<double[]>> ScoreAsync(
        ParameterSnapshot snapshot, float[] descriptors, IReadOnlyList<EpisodeGroup> groups, ScoringHead head, bool withComponents, CancellationToken cancellationToken)
    {
        int version = shelf.Publish(snapshot);
        string name = shelf.Publish(descriptors);
        var count = new WorkCount(progress, "episodes scored", groups.Count);
        ShareWork[] shares = Cut("score", snapshot, groups, Math.Min(GroupsPerShare, PerWorker(groups.Count)), (request, part) => request.Scoring = new Wire.ScoringWork
        {
            Version = version,
            Descriptors = name,
            Head = ToWire(head),
            Groups = { part.Select(WireEpisodes.ToWire) },
            Components = withComponents,
        }, (answer, part) => CheckScores(answer, [.. part.Select(group => ScoresOf(group) + (withComponents ? group.Concepts.Sum(concept => concept.Support.Count) : 0))]));
        return Arrays(await dispatcher.RunAsync(shares, work => count.Add(work.Items), cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<double[]>> RankAsync(
        ParameterSnapshot snapshot,
        float[] descriptors,
        IReadOnlyList<IReadOnlyList<int>> supports,
        IReadOnlyList<int> targets,
        ScoringHead head,
        CancellationToken cancellationToken)
    {
        int version = shelf.Publish(snapshot);
        string name = shelf.Publish(descriptors);
        ShareWork[] shares = Cut("rank", snapshot, supports, SupportsPerShare, (request, part) => request.Ranking = new Wire.RankingWork
        {
            Version = version,
            Descriptors = name,
            Head = ToWire(head),
            Supports = { part.Select(rows => new Wire.RowList { Rows = { rows } }) },
            Targets = new Wire.RowList { Rows = { targets } },
        }, (answer, part) => CheckScores(answer, [.. part.Select(_ => targets.Count)]));
        return Arrays(await dispatcher.RunAsync(shares, null, cancellationToken));
    }

    /// <summary>Nothing of its own: workers and shelf belong to the run.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // Not element by element: descriptors of a gallery are millions of numbers.
    private static float[] Join(float[][] parts)
    {
        float[] all = new float[parts.Sum(part => part.Length)];
        int filled = 0;
        foreach (float[] part in parts)
        {
            part.CopyTo(all, filled);
            filled += part.Length;
        }

        return all;
    }

    private static double[][] Arrays(ShareAnswer[] answers) => [.. answers.SelectMany(answer => Enumerable.Range(0, answer.Count).Select(answer.Doubles))];

    private static int ScoresOf(EpisodeGroup group) => group.Concepts.Count * (group.Distractors.Count + group.Concepts.Sum(concept => concept.Positives.Count));

    private static void CheckNodes(ShareAnswer answer, IReadOnlyList<(int First, int Count)> nodes, int length)
    {
        ShareAnswer.Require(answer.Count == nodes.Count, $"{nodes.Count} nodes of the tree, not {answer.Count}");
        for (int i = 0; i < nodes.Count; i++)
        {
            (int first, int count, EpisodeSum sum) = answer.Node(i);
            ShareAnswer.Require((first, count) == nodes[i] && sum.Present >= 0 && sum.Present <= count, $"the node of {nodes[i].Count} episodes from {nodes[i].First} on");
            ShareAnswer.Require(sum.Present == 0 || sum.Values.Length == length, $"{length} numbers in a node, not {sum.Values.Length}");
        }
    }

    private static void CheckScores(ShareAnswer answer, int[] lengths)
    {
        ShareAnswer.Require(answer.Count == lengths.Length, $"{lengths.Length} arrays of scores, not {answer.Count}");
        for (int i = 0; i < lengths.Length; i++)
        {
            ShareAnswer.Require(answer.Doubles(i).Length == lengths[i], $"{lengths[i]} scores in array {i}");
        }
    }

    private void CheckEmbedding(ShareAnswer answer, int images)
        => ShareAnswer.Require(answer.Count == 1 && answer.Floats(0).Length == images * _descriptorSize, $"an array of {images} descriptors of {_descriptorSize} numbers");

    private static ShareWork[] Cut<T>(
        string kind, ParameterSnapshot snapshot, IReadOnlyList<T> items, int size, Action<Wire.ComputeShareRequest, T[]> fill, Action<ShareAnswer, T[]> check)
        => [.. items.Chunk(size).Select(part => new ShareWork(kind, snapshot.Version, part.Length, request => fill(request, part), answer => check(answer, part)))];

    // The same order, behind the value that is never sent.
    private static Wire.ScoringHead ToWire(ScoringHead head) => (Wire.ScoringHead)((int)head + 1);

    // Where the same numbers are not promised, two answers that differ say nothing.
    private bool IsAudited()
        => options.AuditEvery > 0 && ++_gradientShares % options.AuditEvery == 0 && !NumericContract.Contains("cuda", StringComparison.OrdinalIgnoreCase);

    // Whole subtrees, so that each share comes back as one sum, several for each worker: who is slow gets fewer. Where one is much slower there are twice as many: the others
    // end within one share of each other, and wait for that.
    private int EpisodesPerShare(int episodes, int length)
    {
        if ((long)length * sizeof(float) > LargestCutBytes)
        {
            return PerWorker(episodes);
        }

        int shares = Math.Max(1, workers.Count) * options.SharesPerWorker * (dispatcher.AreUneven(Gradient) ? 2 : 1);
        return Math.Max(1, (int)BitOperations.RoundUpToPowerOf2((uint)(episodes / shares) + 1) / 2);
    }

    private int PerWorker(int items)
    {
        int count = Math.Max(1, workers.Count);
        return (items + count - 1) / count;
    }
}
