using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Training;
using S2M.Numerics.Parameters;

namespace S2M.Coordinator.Jobs;

/// <summary>Parameters that a job starts from: another job's newest checkpoint, or a file that was uploaded.</summary>
/// <param name="store">The jobs' rows.</param>
/// <param name="folders">Their files.</param>
internal sealed class StartingPoint(IJobStore store, JobFolders folders)
{
    private const int HashLength = 64;

    /// <summary>Whether a text is the SHA-256 of an uploaded file, not a job.</summary>
    internal static bool IsFile(string startFrom) => startFrom.Length == HashLength && startFrom.All(char.IsAsciiHexDigitLower);

    /// <summary>Why a job cannot start from there; null where it can.</summary>
    internal async Task<string?> ProblemAsync(string startFrom, CancellationToken cancellationToken)
    {
        if (IsFile(startFrom))
        {
            return File.Exists(folders.Parameters(startFrom)) ? null : "expected the SHA-256 of uploaded parameters, got one that is not here; upload the file first";
        }

        JobRecord? record = await store.FindAsync(startFrom, cancellationToken);
        return record is null
            ? $"expected a job or the SHA-256 of uploaded parameters, got '{startFrom}'; list the jobs"
            : JobTransitions.IsActive(record.State)
            ? $"expected a job that is paused or at an end, got '{startFrom}', whose checkpoints still change; wait for it"
            : record.CheckpointStep < 0 ? $"expected a job with a checkpoint, got '{startFrom}', which has none yet" : null;
    }

    /// <summary>Loads them as version 0 of a network.</summary>
    /// <param name="startFrom">The job or the SHA-256.</param>
    /// <param name="definition">The network's layouts.</param>
    /// <param name="blobs">Where jobs' checkpoints lie.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CoordinatorException">They are gone, damaged, or of another network: the one before would be another start than was asked for.</exception>
    /// <exception cref="Storage.StorageException">The store does not answer or refuses.</exception>
    internal async Task<ParameterSnapshot> LoadAsync(string startFrom, NetworkDefinition definition, ICheckpointBlobs blobs, CancellationToken cancellationToken)
    {
        try
        {
            if (IsFile(startFrom))
            {
                await using FileStream file = File.OpenRead(folders.Parameters(startFrom));
                return CheckpointContent.ToSnapshot(SafeTensors.Read(file, int.MaxValue).Tensors, definition, 0);
            }

            JobRecord source = await store.FindAsync(startFrom, cancellationToken)
                ?? throw new CoordinatorException($"start_from: expected a job, got '{startFrom}', which is not there; submit the job again");
            var place = new CheckpointPlace(startFrom, source.CheckpointEpoch, source.CheckpointStep);
            return await blobs.ReadParametersAsync(place, definition, cancellationToken) with { Version = 0 };
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or SafeTensorsException or System.Text.Json.JsonException)
        {
            throw new CoordinatorException($"start_from '{startFrom}': expected parameters of this network, got: {problem.Message}", problem);
        }
    }
}
