using S2M.Coordinator.Training;

namespace S2M.Coordinator.Checkpoints;

/// <summary>Where checkpoints are kept.</summary>
public interface ICheckpointStore
{
    /// <summary>
    /// Writes a checkpoint; it exists from the moment its manifest does. Not cancellable: a run that stops keeps its last step. What the next step changes is
    /// copied before the task is returned, so that the run may go on meanwhile; one that goes on publishes nothing more before this is over.
    /// </summary>
    /// <param name="state">What to keep.</param>
    /// <returns>Where it lies.</returns>
    /// <exception cref="CoordinatorException">It could not be written; those before it are untouched.</exception>
    Task<string> PublishAsync(TrainingState state);
}
