using System.Globalization;

namespace S2M.Coordinator.Checkpoints;

/// <summary>Where a checkpoint of a job lies, whatever it is kept in.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Epoch">The epoch of the loop that wrote it, at least 1: loops of one job never write to the same place.</param>
/// <param name="Step">Steps that were made before it, at least 0.</param>
internal readonly record struct CheckpointPlace(string JobId, long Epoch, int Step)
{
    /// <summary>The place as a path without a root: <c>JOB/000001/step-000200</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{JobId}/{Epoch:D6}/{StepFolders.NameOf(Step)}");
}
