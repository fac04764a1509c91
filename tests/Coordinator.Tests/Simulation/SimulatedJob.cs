using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Training;
using S2M.Data.Catalogs;
using S2M.Data.Sampling;
using S2M.Numerics.Parameters;
using S2M.Specification;

namespace S2M.Coordinator.Tests.Simulation;

/// <summary>A small job over <see cref="QuadraticExecutor"/>, with everything that a run is made of.</summary>
internal sealed class SimulatedJob
{
    private static readonly ImageClass[] Classes = [.. Enumerable.Range(0, 6).Select(index => new ImageClass($"class{index}", 4 * index, 4))];

    internal JobSpecification Specification { get; init; } = Specify(new TrainingSpecification { Steps = 6, EpisodesPerStep = 5, CheckpointEvery = 1, ValidateEvery = 0 });

    internal QuadraticExecutor Executor { get; init; } = new();

    internal Func<ParameterSnapshot, CancellationToken, Task<double>> Validate { get; init; } = (snapshot, _) => Task.FromResult((double)snapshot.Parameters[0]);

    internal CheckpointIdentity Identity => new(Specification, "glyphs@00", "11", "cpu");

    internal static JobSpecification Specify(TrainingSpecification training, OptimizerSpecification? optimizer = null) => new()
    {
        Name = "simulated",
        Data = new DataSpecification { Name = "none" },
        Episode = new EpisodeSpecification { Classes = 2, ImagesPerClass = 2, Groups = [new(new(0, 0), new(1, 1))] },
        Training = training,
        Optimizer = optimizer ?? new OptimizerSpecification { LearningRate = 0.05, WarmUpSteps = 2 },
    };

    internal TrainingState Begin() => new(Executor.Definition, Specification.Optimizer);

    internal async Task<TrainingState> RunAsync(ICheckpointStore checkpoints, RecordingObserver? observer = null, TrainingState? state = null, CancellationToken token = default)
    {
        state ??= Begin();
        var sampler = new EpisodeSampler(new ConceptCatalog(Classes, [.. Enumerable.Range(0, Classes.Length)], rotations: false), Classes);
        await new TrainingLoop(Specification, sampler, Executor, checkpoints, Validate, observer ?? new RecordingObserver()).RunAsync(state, token);
        return state;
    }

    /// <summary>Takes the newest checkpoint over, where there is one, and trains on.</summary>
    internal async Task<TrainingState> ResumeAsync(string folder, RecordingObserver? observer = null, CancellationToken token = default)
    {
        CheckpointFolder checkpoints = Open(folder);
        TrainingState state = Begin();
        checkpoints.Restore(state);
        return await RunAsync(checkpoints, observer, state, token);
    }

    /// <summary>Cancels where the condition holds: tests stop a run from within.</summary>
    internal static void CancelWhen(CancellationTokenSource source, bool now)
    {
        if (now)
        {
            source.Cancel();
        }
    }

    /// <summary>The folder's checkpoints; warnings are not expected unless a list takes them.</summary>
    internal CheckpointFolder Open(string folder, List<string>? warnings = null)
        => new(folder, Identity, warning => (warnings ?? throw new InvalidOperationException(warning)).Add(warning));
}
