using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Training;

namespace S2M.Coordinator.Tests.Simulation;

/// <summary>Keeps what it is told.</summary>
internal sealed class RecordingObserver : ITrainingObserver
{
    internal List<(StepRecord Record, int Episodes)> Steps { get; } = [];

    internal List<ValidationRecord> Validations { get; } = [];

    internal List<int> Checkpoints { get; } = [];

    internal Action<int> OnPublished { get; init; } = _ => { };

    public void OnStep(StepRecord record, int episodes) => Steps.Add((record, episodes));

    public void OnValidation(ValidationRecord record) => Validations.Add(record);

    public void OnCheckpoint(int version, string path)
    {
        Checkpoints.Add(version);
        OnPublished(version);
    }
}

/// <summary>Keeps hashes and histories in memory.</summary>
internal sealed class MemoryStore : ICheckpointStore
{
    internal List<(int Version, string Hash, TrainingHistory History)> Published { get; } = [];

    public Task<string> PublishAsync(TrainingState state)
    {
        Published.Add((state.Snapshot.Version, state.Hash(), state.History));
        return Task.FromResult($"memory {state.Snapshot.Version}");
    }
}
