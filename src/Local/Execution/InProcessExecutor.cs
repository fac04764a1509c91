using S2M.Coordinator.Jobs;
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
        Task<ShareRunner>[] starting = [.. all.Select(thread => thread.RunAsync(() => new ShareRunner(specification, images), default))];
        try
        {
            return new InProcessExecutor(all, await Task.WhenAll(starting), progress);
        }
        catch
        {
            // Where one network could not be built, those that could are given back too.
            foreach ((TrainingThread thread, Task<ShareRunner> runner) in all.Zip(starting))
            {
                await StopAsync(thread, runner.IsCompletedSuccessfully ? await runner : null);
            }

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
        var count = new WorkCount(_progress, "images embedded", images.Count);
        float[][] parts = await ForEachAsync(
            chunks,
            (runner, chunk) =>
            {
                float[] descriptors = runner.Embed(snapshot, chunk);
                count.Add(chunk.Length);
                return descriptors;
            },
            cancellationToken);
        return [.. parts.SelectMany(part => part)];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<double[]>> ScoreAsync(
        ParameterSnapshot snapshot, float[] descriptors, IReadOnlyList<EpisodeGroup> groups, ScoringHead head, bool withComponents, CancellationToken cancellationToken)
    {
        var count = new WorkCount(_progress, "episodes scored", groups.Count);
        IReadOnlyList<double[]>[] parts = await ForEachAsync(
            RunsOf(groups, ScoringRun),
            (runner, run) =>
            {
                IReadOnlyList<double[]> scores = runner.Score(snapshot, descriptors, run, head, withComponents, cancellationToken);
                count.Add(run.Length);
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
            RunsOf(supports, supports.Count),
            (runner, run) => runner.Rank(snapshot, descriptors, run, targets, head, cancellationToken),
            cancellationToken);
        return [.. parts.SelectMany(part => part)];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        for (int i = 0; i < _threads.Length; i++)
        {
            await StopAsync(_threads[i], _runners[i]);
        }
    }

    /// <summary>Gives a network back on the thread that made it, and ends the thread.</summary>
    private static async Task StopAsync(TrainingThread thread, ShareRunner? runner)
    {
        await thread.RunAsync(
            () =>
            {
                runner?.Dispose();
                return true;
            },
            default);
        thread.Dispose();
    }

    /// <summary>Runs of neighbouring items, at least one for each thread.</summary>
    private T[][] RunsOf<T>(IReadOnlyList<T> items, int longest) => [.. items.Chunk(Math.Max(1, Math.Min((items.Count + _threads.Length - 1) / _threads.Length, longest)))];

    /// <summary>Hands items to whichever thread is free; answers come back in the items' order. Where one fails, no thread begins another.</summary>
    private async Task<TResult[]> ForEachAsync<TItem, TResult>(IReadOnlyList<TItem> items, Func<ShareRunner, TItem, TResult> compute, CancellationToken cancellationToken)
    {
        var results = new TResult[items.Count];
        int next = -1;
        await Task.WhenAll(_threads.Zip(_runners, (thread, runner) => thread.RunAsync(
            () =>
            {
                try
                {
                    for (int index = Interlocked.Increment(ref next); index < results.Length; index = Interlocked.Increment(ref next))
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        results[index] = compute(runner, items[index]);
                    }

                    return true;
                }
                catch
                {
                    // Behind the last item: the others find nothing more to do.
                    Interlocked.Exchange(ref next, results.Length);
                    throw;
                }
            },
            cancellationToken)));
        return results;
    }
}
