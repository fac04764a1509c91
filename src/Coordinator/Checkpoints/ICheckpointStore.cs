using S2M.Coordinator.Training;

namespace S2M.Coordinator.Checkpoints;

/// <summary>Where checkpoints are kept.</summary>
public interface ICheckpointStore
{
    /// <summary>Writes a checkpoint; it exists from the moment its manifest does. Not cancellable: a run that stops keeps its last step.</summary>
    /// <param name="state">What to keep.</param>
    /// <returns>Where it lies.</returns>
    /// <exception cref="CoordinatorException">It could not be written; those before it are untouched.</exception>
    Task<string> PublishAsync(TrainingState state);
}
