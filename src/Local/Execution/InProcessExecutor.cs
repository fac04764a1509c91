using S2M.Coordinator.Training;
using S2M.Data.Sampling;
using S2M.Model;
using S2M.Numerics.Averaging;
using S2M.Numerics.Parameters;
using S2M.Specification;
using S2M.Worker.Images;
using S2M.Worker.Training;

namespace S2M.Local.Execution;

/// <summary>
/// Computes in this process: one training thread per core, each with a network of its own and one kernel thread, as so many workers would.
/// The number of threads changes the speed and no bit.
/// </summary>
public sealed class InProcessExecutor : IShareExecutor
{
    // Small enough for progress and a quick stop, large enough that copying the descriptors for it costs nothing.
    private const int ScoringRun = 64;

    private readonly TrainingThread[] _threads;
    private readonly ShareRunner[] _runners;
    private readonly WorkProgress? _progress;

    private InProcessExecutor(TrainingThread[] threads, ShareRunner[] runners, WorkProgress? progress)
    {
        _threads = threads;
        _runners = runners;
        _progress = progress;
    }

    /// <summary>Starts the threads and builds their networks.</summary>
    /// <param name="specification">The job.</param>
    /// <param name="images">Where pools come from; shared by the threads.</param>
    /// <param name="threads">How many, at least 1.</param>
    /// <param name="progress">Is told of embedding and scoring; may be absent.</param>
    /// <exception cref="Set2ModelException">The network does not fit the images.</exception>
    public static async Task<InProcessExecutor> StartAsync(JobSpecification specification, PoolTensors images, int threads, WorkProgress? progress = null)
    {
        TrainingThread[] all = [.. Enumerable.Range(0, threads).Select(index => new TrainingThread($"training {index}"))];
        try
        {
            ShareRunner[] runners = await Task.WhenAll(all.Select(thread => thread.RunAsync(() => new ShareRunner(specification, images), default)));
            return new InProcessExecutor(all, runners, progress);
        }
        catch
        {
            Array.ForEach(all, thread => thread.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<NetworkDefinition> CreateParametersAsync(CancellationToken cancellationToken)
        => _threads[0].RunAsync(
            () =>
            {
                Set2ModelNetwork network = _runners[0].Network;
                return new NetworkDefinition(network.Parameters, network.Buffers, network.DescriptorSize, Set2ModelNetwork.MetricNames, network.Initialize());
            },
            cancellationToken);

    /// <inheritdoc/>
    public async Task<EpisodeSum> ComputeGradientAsync(ParameterSnapshot snapshot, IReadOnlyList<Episode> episodes, CancellationToken cancellationToken)
        => FixedTree.Sum(await ForEachAsync(episodes, (runner, episode) => runner.ComputeEpisode(snapshot, episode), cancellationToken));

    /// <inheritdoc/>
    public async Task<float[]> EmbedAsync(ParameterSnapshot snapshot, IReadOnlyList<PoolImage> images, CancellationToken cancellationToken)
    {
        PoolImage[][] chunks = [.. images.Chunk(ShareRunner.EmbeddingChunk)];
        int done = 0;
        float[][] parts = await ForEachAsync(
            chunks,
            (runner, chunk) =>
            {
                float[] descriptors = runner.Embed(snapshot, chunk);
                _progress?.Invoke("images embedded", Interlocked.Add(ref done, chunk.Length), images.Count);
                return descriptors;
            },
            cancellationToken);
        return [.. parts.SelectMany(part => part)];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<double[]>> ScoreAsync(
        ParameterSnapshot snapshot, float[] descriptors, IReadOnlyList<EpisodeGroup> groups, ScoringHead head, CancellationToken cancellationToken)
    {
        int done = 0;
        IReadOnlyList<double[]>[] parts = await ForEachAsync(
            RunsOf(groups, ScoringRun),
            (runner, run) =>
            {
                IReadOnlyList<double[]> scores = runner.Score(snapshot, descriptors, run, head == ScoringHead.NearestMean, cancellationToken);
                _progress?.Invoke("episodes scored", Interlocked.Add(ref done, run.Length), groups.Count);
                return scores;
            },
            cancellationToken);
        return [.. parts.SelectMany(part => part)];
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
        IReadOnlyList<double[]>[] parts = await ForEachAsync(
            RunsOf(supports, supports.Count), (runner, run) => runner.Rank(snapshot, descriptors, run, targets, head == ScoringHead.NearestMean, cancellationToken), cancellationToken);
        return [.. parts.SelectMany(part => part)];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        for (int i = 0; i < _threads.Length; i++)
        {
            ShareRunner runner = _runners[i];
            await _threads[i].RunAsync(
                () =>
                {
                    runner.Dispose();
                    return true;
                },
                default);
            _threads[i].Dispose();
        }
    }

    /// <summary>Runs of neighbouring items, at least one for each thread.</summary>
    private T[][] RunsOf<T>(IReadOnlyList<T> items, int longest) => [.. items.Chunk(Math.Max(1, Math.Min((items.Count + _threads.Length - 1) / _threads.Length, longest)))];

    /// <summary>Hands items to whichever thread is free; answers come back in the items' order.</summary>
    private async Task<TResult[]> ForEachAsync<TItem, TResult>(IReadOnlyList<TItem> items, Func<ShareRunner, TItem, TResult> compute, CancellationToken cancellationToken)
    {
        var results = new TResult[items.Count];
        int next = -1;
        await Task.WhenAll(_threads.Zip(_runners, (thread, runner) => thread.RunAsync(
            () =>
            {
                for (int index = Interlocked.Increment(ref next); index < results.Length; index = Interlocked.Increment(ref next))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    results[index] = compute(runner, items[index]);
                }

                return true;
            },
            cancellationToken)));
        return results;
    }
}
