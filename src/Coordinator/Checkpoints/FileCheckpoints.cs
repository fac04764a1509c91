using S2M.Coordinator.Jobs;
using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Checkpoints;

/// <summary>Jobs' checkpoints as files below the state folder.</summary>
/// <param name="folders">Where jobs' files lie.</param>
internal sealed class FileCheckpoints(JobFolders folders) : ICheckpointBlobs
{
    /// <inheritdoc/>
    public string Describe(CheckpointPlace place) => StepFolders.PathOf(folders.Of(place.JobId, place.Epoch), place.Step);

    /// <inheritdoc/>
    public Task CheckAsync(CancellationToken cancellationToken)
    {
        string probe = folders.Of($".probe-{Environment.ProcessId}");
        try
        {
            Directory.CreateDirectory(probe);
            Directory.Delete(probe);
            return Task.CompletedTask;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CoordinatorException(
                $"Checkpoints:Store=files: expected a folder '{Path.GetDirectoryName(probe)}' that this process can write to, got: {problem.Message}; "
                + "correct its rights or choose another with --state",
                problem);
        }
    }

    /// <inheritdoc/>
    public Task WriteAsync(CheckpointPlace place, CheckpointContent content, Action<string> warn)
    {
        string path = Describe(place);
        CheckpointFiles.Write(path, content, warn);
        DurableFiles.FlushAncestors(Path.GetDirectoryName(path)!);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<CheckpointPlace>> PlacesAsync(string jobId)
    {
        string folder = folders.Of(jobId);
        try
        {
#pragma warning disable RS0030 // Sorted by number right here.
            IEnumerable<string> epochs = Directory.Exists(folder) ? Directory.EnumerateDirectories(folder) : [];
#pragma warning restore RS0030
            IEnumerable<CheckpointPlace> places = epochs
                .SelectMany(epoch => StepFolders.AllIn(epoch).Select(step => CheckpointPlace.Parse($"{jobId}/{Path.GetFileName(epoch)}/{Path.GetFileName(step.Path)}")))
                .OfType<CheckpointPlace>();
            return Task.FromResult<IReadOnlyList<CheckpointPlace>>([.. places.OrderBy(place => place.Epoch).ThenBy(place => place.Step)]);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CoordinatorException($"checkpoints below '{folder}' could not be listed: {problem.Message}", problem);
        }
    }

    /// <inheritdoc/>
    public Task<IStoredObject> OpenAsync(CheckpointPlace place, string name, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult<IStoredObject>(StoredFile.Open(Path.Combine(Describe(place), name)));
        }
        catch (DirectoryNotFoundException problem)
        {
            throw new FileNotFoundException(problem.Message, name, problem);
        }
    }

    /// <inheritdoc/>
    public Task RemoveAsync(CheckpointPlace place)
    {
        try
        {
            CheckpointFiles.Remove(Describe(place));
            return Task.CompletedTask;
        }
        catch (UnauthorizedAccessException problem)
        {
            throw new IOException(problem.Message, problem);
        }
    }
}
