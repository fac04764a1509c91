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

    /// <summary>The place that a path without a root names; null where it names none, or as we do not write it.</summary>
    internal static CheckpointPlace? Parse(string path)
        => path.Split('/') is [string jobId, string epoch, string step]
            && long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && StepFolders.NumberOf(step) is { } made
            && new CheckpointPlace(jobId, number, made) is var place && place.ToString() == path
            ? place
            : null;
}
