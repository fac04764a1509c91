using System.Runtime.InteropServices;
using System.Security.Cryptography;
using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Training;
using S2M.Data.Glyphs;
using S2M.Data.Images;
using S2M.Data.Sampling;
using S2M.Local.Execution;
using S2M.Local.Runs;
using S2M.Numerics.Averaging;
using S2M.Numerics.Parameters;
using S2M.Specification;
using S2M.Worker.Diagnostics;
using S2M.Worker.Images;

namespace S2M.Local.Verification;

/// <summary>The same bits again: gradients, descriptors, and a training that was interrupted.</summary>
internal sealed class RepeatabilityChecks : IAsyncDisposable
{
    private const int Repeats = 5;
    private const int Steps = 3;

    private static readonly JobSpecification Job = JobFile.Parse(
        BuiltInJobs.Quickstart, "selftest", ["episode.classes=10", "episode.images_per_class=13", $"training.steps={Steps}", "training.episodes_per_step=1"]);

    private readonly IDataSet _data;
    private readonly JobInputs _inputs;
    private readonly InProcessExecutor _one;
    private readonly InProcessExecutor _two;
    private readonly EpisodeSampler _sampler;

    private RepeatabilityChecks(IDataSet data, JobInputs inputs, InProcessExecutor one, InProcessExecutor two)
    {
        _data = data;
        _inputs = inputs;
        _one = one;
        _two = two;
        _sampler = new EpisodeSampler(inputs.CatalogOf(inputs.Split.Train), inputs.Classes);
    }

    /// <summary>Opens the built-in data and starts one executor with a single thread and one with two.</summary>
    internal static async Task<RepeatabilityChecks> StartAsync()
    {
        var data = new GlyphDataSet();
        var inputs = new JobInputs(Job, data);
        var images = new PoolTensors(inputs.Images, inputs.Format);
        return new RepeatabilityChecks(data, inputs, await InProcessExecutor.StartAsync(Job, images, 1), await InProcessExecutor.StartAsync(Job, images, 2));
    }

    /// <summary>An episode's gradient again and again, and on two threads at once.</summary>
    internal async Task<Check> GradientAsync(CancellationToken cancellationToken)
    {
        ParameterSnapshot snapshot = (await _one.CreateParametersAsync(cancellationToken)).Initial;
        Episode episode = _sampler.SampleTraining(
            new EpisodeAddress(1, EpisodePhase.Training, 0, 0), Job.Episode.Classes, Job.Episode.ImagesPerClass, [new GroupRoles(0, 5, 5, 5), new GroupRoles(0, 1, 5, 5)]);
        var hashes = new List<string>();
        for (int repeat = 0; repeat < Repeats; repeat++)
        {
            hashes.Add(HashOf(await _one.ComputeGradientAsync(snapshot, [episode], cancellationToken)));
        }

        // Two leaves of one bit pattern x add to exactly 2 x, so half the sum must be the leaf again.
        EpisodeSum pair = await _two.ComputeGradientAsync(snapshot, [episode, episode], cancellationToken);
        hashes.Add(HashOf(pair with { Values = [.. pair.Values.Select(value => value / 2)] }));
        return new Check("repeat: a gradient, on two threads", hashes.Count, hashes.Count(hash => hash != hashes[0]), 0);
    }

    /// <summary>A chunk's descriptors twice, on different threads.</summary>
    internal async Task<Check> EmbeddingAsync(CancellationToken cancellationToken)
    {
        ParameterSnapshot snapshot = (await _one.CreateParametersAsync(cancellationToken)).Initial;
        PoolImage[] images = [.. Enumerable.Range(0, 200).Select(index => new PoolImage(index, index % 4))];
        string[] hashes =
        [
            HashOf(await _one.EmbedAsync(snapshot, images, cancellationToken)),
            HashOf(await _one.EmbedAsync(snapshot, images, cancellationToken)),
            HashOf(await _two.EmbedAsync(snapshot, images, cancellationToken)),
        ];
        return new Check("repeat: descriptors of a chunk", hashes.Length, hashes.Count(hash => hash != hashes[0]), 0);
    }

    /// <summary>Three steps straight, and three with an interruption after the second.</summary>
    internal async Task<Check> ResumeAsync(CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("s2m-selftest-").FullName;
        try
        {
            TrainingState straight = await TrainAsync(Path.Combine(folder, "straight"), stopAfter: Steps, cancellationToken);
            await TrainAsync(Path.Combine(folder, "stopped"), stopAfter: Steps - 1, cancellationToken);
            TrainingState resumed = await TrainAsync(Path.Combine(folder, "stopped"), stopAfter: Steps, cancellationToken);
            bool alike = straight.Snapshot.Version == Steps && straight.Hash() == resumed.Hash() && HashOf(straight.Optimizer) == HashOf(resumed.Optimizer);
            return new Check("resume: after an interruption", 1, alike ? 0 : 1, 0);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        _data.Dispose();
    }

    private async Task<TrainingState> TrainAsync(string folder, int stopAfter, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var state = new TrainingState(await _one.CreateParametersAsync(cancellationToken), Job.Optimizer);
        var identity = new CheckpointIdentity(Job, _inputs.Version, _inputs.Split.Hash, NumericContract.Describe(NativeEnvironment.NativeLevel));
        var checkpoints = new CheckpointFolder(folder, identity, _ => { });
        checkpoints.Restore(state);
        try
        {
            await new TrainingLoop(Job, _sampler, _one, checkpoints, (_, _) => Task.FromResult(0.0), new StopAfter(stopAfter, stop)).RunAsync(state, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The interruption that was asked for; its checkpoint is there.
        }

        return state;
    }

    private static string HashOf(EpisodeSum sum) => HashOf(sum.Values);

    private static string HashOf(S2M.Numerics.Optimizers.Optimizer optimizer) => string.Join(' ', optimizer.State.Select(moment => HashOf(moment.Values)));

    private static string HashOf(float[] values) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(values)));

    private sealed class StopAfter(int step, CancellationTokenSource stop) : ITrainingObserver
    {
        public void OnStep(StepRecord record, int episodes)
        {
            if (record.Step == step && step < Steps)
            {
                stop.Cancel();
            }
        }

        public void OnValidation(ValidationRecord record)
        {
        }

        public void OnCheckpoint(int version, string path)
        {
        }
    }
}
