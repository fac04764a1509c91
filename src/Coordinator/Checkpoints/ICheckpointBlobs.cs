using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Checkpoints;

/// <summary>
/// Where the bytes of jobs' checkpoints lie. A checkpoint is there from the moment its manifest is, which is written last and removed first. Every call ends
/// within a bounded time, whatever the store does. Safe for concurrent use; a place has one writer.
/// </summary>
internal interface ICheckpointBlobs
{
    /// <summary>A place in words that an operator finds it by.</summary>
    string Describe(CheckpointPlace place);

    /// <summary>Looks that checkpoints can be written and removed here.</summary>
    /// <exception cref="CoordinatorException">They cannot; the message says why and what to do.</exception>
    Task CheckAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Writes the files, then the manifest; durable when it returns. The same checkpoint again never takes away what is there; over a damaged one the manifest
    /// goes first.
    /// </summary>
    /// <param name="place">Where.</param>
    /// <param name="content">What.</param>
    /// <param name="warn">Is told where an unfinished write could not be removed.</param>
    /// <exception cref="StorageException">The store does not answer or refuses; checkpoints before it are untouched.</exception>
    /// <exception cref="CoordinatorException">It could not be written for another reason.</exception>
    Task WriteAsync(CheckpointPlace place, CheckpointContent content, Action<string> warn);

    /// <summary>All places of a job where something lies, a checkpoint or what an unfinished write or removal left, by epoch, then step.</summary>
    /// <exception cref="CoordinatorException">They cannot be listed.</exception>
    /// <exception cref="StorageException">The store does not answer or refuses.</exception>
    Task<IReadOnlyList<CheckpointPlace>> PlacesAsync(string jobId);

    /// <summary>Opens one of a checkpoint's files.</summary>
    /// <param name="place">Where the checkpoint lies.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="StorageException">The store does not answer or refuses.</exception>
    Task<IStoredObject> OpenAsync(CheckpointPlace place, string name, CancellationToken cancellationToken);

    /// <summary>Removes a checkpoint, its manifest first: however far the removal gets, it is not there any more. Nothing where there is none.</summary>
    /// <exception cref="IOException">Something of it is left.</exception>
    /// <exception cref="StorageException">The store does not answer or refuses.</exception>
    Task RemoveAsync(CheckpointPlace place);
}
