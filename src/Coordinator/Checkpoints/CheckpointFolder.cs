using S2M.Coordinator.Storage;
using S2M.Coordinator.Training;

namespace S2M.Coordinator.Checkpoints;

/// <summary>
/// Checkpoints as folders <c>step-000200</c>. A checkpoint exists if and only if its manifest is there and the hashes in it hold: files are written and
/// flushed first, the manifest is renamed into place last. A folder without one is an unfinished write: it is never read, and removed behind the next
/// checkpoint. One owner at a time.
/// </summary>
public sealed class CheckpointFolder : ICheckpointStore
{
    private readonly string _folder;
    private readonly CheckpointIdentity _identity;
    private readonly Action<string> _warn;
    private bool _ancestorsFlushed;

    /// <summary>Names the folder; the first checkpoint makes it.</summary>
    /// <param name="folder">Its path.</param>
    /// <param name="identity">The run.</param>
    /// <param name="warn">Is told of every checkpoint that cannot be used, and why.</param>
    public CheckpointFolder(string folder, CheckpointIdentity identity, Action<string> warn)
    {
        _folder = Path.GetFullPath(folder);
        _identity = identity;
        _warn = warn;
    }

    /// <inheritdoc/>
    public Task<string> PublishAsync(TrainingState state)
    {
        string path = StepFolders.PathOf(_folder, state.Snapshot.Version);
        CheckpointFiles.Write(path, CheckpointContent.Copy(state, _identity)(), _warn);
        if (!_ancestorsFlushed)
        {
            DurableFiles.FlushAncestors(_folder);
            _ancestorsFlushed = true;
        }

        RemoveOld(state.Snapshot.Version, state.History.Validations);
        return Task.FromResult(path);
    }

    /// <summary>Takes the newest whole checkpoint over into a state; those that are damaged are passed by, with a warning.</summary>
    /// <param name="state">A fresh state of the same job.</param>
    /// <returns>The checkpoint's folder, or null where there is none.</returns>
    /// <exception cref="CoordinatorException">The newest whole checkpoint is of another run or of another version of this program.</exception>
    public string? Restore(TrainingState state)
    {
        foreach ((_, string path) in StepFolders.FinishedIn(_folder).Reverse())
        {
            try
            {
                var manifest = CheckpointManifest.Parse(CheckpointFiles.Read(path, CheckpointContent.ManifestName));
                _identity.Require(manifest, path);
                CheckpointContent.Restore(manifest, CheckpointFiles.Read(path, CheckpointContent.Parameters), CheckpointFiles.Read(path, CheckpointContent.Moments), state);
                return path;
            }
            catch (Exception problem) when (CheckpointReader.IsDamage(problem))
            {
                _warn($"checkpoint '{path}' cannot be used, the one before it is tried: {problem.Message}");
            }
        }

        return null;
    }

    /// <summary>
    /// Removes unfinished writes and what the job does not ask to be kept of the checkpoints up to the one just written. Those behind it were damaged when
    /// this run began before them: they do not count, and are written over in their turn.
    /// </summary>
    private void RemoveOld(int written, IReadOnlyList<ValidationRecord> validations)
    {
        IReadOnlyList<(int Step, string Path)> steps = StepFolders.AllIn(_folder);
        (int Step, string Path)[] finished = [.. steps.Where(step => step.Step <= written && StepFolders.IsFinished(step.Path))];
        IReadOnlyList<CheckpointUses> uses = CheckpointRetention.UsesOf(
            [.. finished.Select(step => (1L, step.Step))], validations, _identity.Specification.Training.Keep);
        IEnumerable<string> old = finished.Where((_, i) => uses[i] == CheckpointUses.None).Select(step => step.Path);
        foreach (string path in steps.Where(step => !StepFolders.IsFinished(step.Path)).Select(step => step.Path).Concat(old).ToArray())
        {
            try
            {
                CheckpointFiles.Remove(path);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                _warn($"old checkpoint '{path}' could not be removed: {problem.Message}");
            }
        }
    }
}
