using S2M.Data.Sampling;
using S2M.Model;
using S2M.Numerics.Averaging;
using S2M.Numerics.Parameters;
using S2M.Protos.V1;
using S2M.Specification;
using S2M.Worker.Training;
using Episode = S2M.Data.Sampling.Episode;

namespace S2M.Worker.Services;

/// <summary>A share on the training thread: from a runner and what the share refers to, to its arrays.</summary>
/// <param name="request">The share; it has passed <see cref="ShareChecks"/>.</param>
/// <param name="snapshot">The parameters; null for work that needs none.</param>
/// <param name="descriptors">The descriptors; null for work that needs none.</param>
internal sealed class ShareComputation(ComputeShareRequest request, ParameterSnapshot? snapshot, float[]? descriptors)
{
    private int _done;

    /// <summary>Items that are computed so far; read from any thread.</summary>
    internal int Done => Volatile.Read(ref _done);

    /// <summary>Items of the share.</summary>
    internal int Items { get; } = request.WorkCase switch
    {
        ComputeShareRequest.WorkOneofCase.Gradient => request.Gradient.Episodes.Count,
        ComputeShareRequest.WorkOneofCase.Embedding => (request.Embedding.Images.Images.Count + ShareRunner.EmbeddingChunk - 1) / ShareRunner.EmbeddingChunk,
        ComputeShareRequest.WorkOneofCase.Scoring => request.Scoring.Groups.Count,
        ComputeShareRequest.WorkOneofCase.Ranking => request.Ranking.Supports.Count,
        _ => 1,
    };

    /// <summary>Computes.</summary>
    /// <param name="runner">The job's runner.</param>
    /// <param name="cancellationToken">Stops at the next episode, chunk, group or support set.</param>
    /// <exception cref="WorkerException">What was pulled does not fit the network.</exception>
    /// <exception cref="Data.DataException">An image cannot be read.</exception>
    /// <exception cref="Grpc.Core.RpcException">A row is beyond the descriptors.</exception>
    internal ShareAnswer Run(ShareRunner runner, CancellationToken cancellationToken)
    {
        RequireFit(runner.Network);
        return request.WorkCase switch
        {
            ComputeShareRequest.WorkOneofCase.CreateParameters => Create(runner.Network),
            ComputeShareRequest.WorkOneofCase.Gradient => Gradient(runner, cancellationToken),
            ComputeShareRequest.WorkOneofCase.Embedding => Embed(runner, cancellationToken),
            ComputeShareRequest.WorkOneofCase.Scoring => Score(runner, cancellationToken),
            _ => Rank(runner, cancellationToken),
        };
    }

    private static ShareAnswer Create(Set2ModelNetwork network)
    {
        ParameterSnapshot start = network.Initialize();
        var definition = new NetworkDefinition
        {
            Parameters = AnswerWriter.Write(network.Parameters),
            Buffers = AnswerWriter.Write(network.Buffers),
            DescriptorSize = network.DescriptorSize,
            MetricNames = { Set2ModelNetwork.MetricNames },
        };
        return new ShareAnswer(definition, [AnswerArray.Of(start.Parameters), AnswerArray.Of(start.Buffers)], 1);
    }

    private ShareAnswer Gradient(ShareRunner runner, CancellationToken cancellationToken)
    {
        GradientWork work = request.Gradient;
        Episode[] episodes = [.. work.Episodes.Select(WireEpisodes.Read)];
        var nodes = new List<AnswerArray>();
        foreach ((int first, int count) in FixedTree.CompleteNodes(work.Leaves, work.First, episodes.Length))
        {
            EpisodeSum sum = FixedTree.Sum(count, leaf =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                EpisodeSum episode = runner.ComputeEpisode(snapshot!, episodes[first - work.First + leaf]);
                _done++;
                return episode;
            });
            nodes.Add(AnswerArray.Of(first, count, sum, count == 1 ? runner.Format : GradientFormat.Float32));
        }

        return new ShareAnswer(null, nodes, episodes.Length);
    }

    private ShareAnswer Embed(ShareRunner runner, CancellationToken cancellationToken)
    {
        PoolImage[] images = WireEpisodes.Read(request.Embedding.Images);
        float[] embedded = new float[images.Length * runner.Network.DescriptorSize];
        int offset = 0;
        foreach (PoolImage[] chunk in images.Chunk(ShareRunner.EmbeddingChunk))
        {
            cancellationToken.ThrowIfCancellationRequested();
            float[] part = runner.Embed(snapshot!, chunk);
            part.CopyTo(embedded, offset);
            offset += part.Length;
            _done++;
        }

        return new ShareAnswer(null, [AnswerArray.Of(embedded)], Items);
    }

    private ShareAnswer Score(ShareRunner runner, CancellationToken cancellationToken)
    {
        IReadOnlyList<double[]> scores = runner.Score(
            snapshot!, descriptors!, request.Scoring.Groups.Select(WireEpisodes.Read), WireEpisodes.Read(request.Scoring.Head), request.Scoring.Components, cancellationToken);
        return new ShareAnswer(null, [.. scores.Select(AnswerArray.Of)], scores.Count);
    }

    private ShareAnswer Rank(ShareRunner runner, CancellationToken cancellationToken)
    {
        RankingWork work = request.Ranking;
        IReadOnlyList<double[]> scores = runner.Rank(
            snapshot!, descriptors!, work.Supports.Select(support => support.Rows), work.Targets.Rows, WireEpisodes.Read(work.Head), cancellationToken);
        return new ShareAnswer(null, [.. scores.Select(AnswerArray.Of)], scores.Count);
    }

    private void RequireFit(Set2ModelNetwork network)
    {
        if (snapshot is not null && (snapshot.Parameters.Length != network.Parameters.Count || snapshot.Buffers.Length != network.Buffers.Count))
        {
            throw new WorkerException(
                $"version {snapshot.Version}: expected {network.Parameters.Count} parameters and {network.Buffers.Count} statistics, "
                + $"got {snapshot.Parameters.Length} and {snapshot.Buffers.Length}; they are another network's");
        }

        if (descriptors is not null)
        {
            if (descriptors.Length % network.DescriptorSize != 0)
            {
                throw new WorkerException($"descriptors: expected rows of {network.DescriptorSize} numbers, got {descriptors.Length} in all; they are another network's");
            }

            ShareChecks.RequireInDescriptors(request, descriptors.Length / network.DescriptorSize);
        }
    }
}
