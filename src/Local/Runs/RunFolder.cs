using S2M.Coordinator;
using S2M.Coordinator.Checkpoints;
using S2M.Specification;

namespace S2M.Local.Runs;

/// <summary>The folder of a run: checkpoints, specification, metrics, report. One run at a time holds it.</summary>
internal sealed class RunFolder : IDisposable
{
    /// <summary>The parameters, in a checkpoint and beside the reports.</summary>
    internal const string ParametersFile = "parameters.safetensors";

    private readonly FileStream _lock;

    private RunFolder(string path, FileStream held)
    {
        Location = path;
        _lock = held;
    }

    /// <summary>Its full path.</summary>
    internal string Location { get; }

    /// <summary>Where checkpoints lie.</summary>
    internal string Checkpoints => CheckpointsIn(Location);

    /// <summary>The table and the history as JSON.</summary>
    internal string Metrics => MetricsIn(Location);

    /// <summary>The same as a page.</summary>
    internal string Report => ReportIn(Location);

    /// <summary>The final parameters.</summary>
    internal string Parameters => Path.Combine(Location, ParametersFile);

    /// <summary>Whether a checkpoint lies there; a write that was not finished is none.</summary>
    internal bool HasCheckpoints => NewestCheckpoint(Location) is not null;

    /// <inheritdoc cref="Checkpoints"/>
    internal static string CheckpointsIn(string folder) => Path.GetFullPath(Path.Combine(folder, "checkpoints"));

    /// <inheritdoc cref="Metrics"/>
    internal static string MetricsIn(string folder) => Path.GetFullPath(Path.Combine(folder, "metrics.json"));

    /// <inheritdoc cref="Report"/>
    internal static string ReportIn(string folder) => Path.GetFullPath(Path.Combine(folder, "report.html"));

    /// <summary>The newest checkpoint below a run's folder, or null where there is none.</summary>
    internal static string? NewestCheckpoint(string folder) => StepFolders.FinishedIn(CheckpointsIn(folder)) is [.., (_, { } newest)] ? newest : null;

    /// <summary>Makes the folder where it is absent and holds it until it is disposed.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="CoordinatorException">It cannot be written, or another run holds it.</exception>
    internal static RunFolder Open(string path)
    {
        string full = Path.GetFullPath(path);
        string held = Path.Combine(full, "run.lock");
        try
        {
            Directory.CreateDirectory(CheckpointsIn(full));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CoordinatorException($"folder '{full}': expected one that can be written, got: {problem.Message}; choose another --out", problem);
        }

        try
        {
            return new RunFolder(full, new FileStream(held, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CoordinatorException(
                $"folder '{full}': expected to hold '{held}' alone, got: {problem.Message}; wait for the run that uses the folder, or choose another --out", problem);
        }
    }

    /// <summary>Removes what an earlier run left: its checkpoints and reports, and nothing else that may lie there.</summary>
    internal void Clear()
    {
        foreach ((_, string path) in StepFolders.AllIn(Checkpoints))
        {
            Directory.Delete(path, recursive: true);
        }

        File.Delete(Metrics);
        File.Delete(Report);
        File.Delete(Parameters);
    }

    /// <summary>Leaves the last checkpoint's parameters beside the reports, where a run through the service has them too.</summary>
    /// <exception cref="CoordinatorException">They cannot be written.</exception>
    internal void KeepParameters() => Replace(Parameters, unfinished => File.Copy(Path.Combine(NewestCheckpoint(Location)!, ParametersFile), unfinished, overwrite: true));

    /// <summary>Writes the resolved specification, as checkpoints hold it.</summary>
    internal void WriteSpecification(JobSpecification job) => Write(Path.Combine(Location, "specification.json"), CanonicalJson.Write(job));

    /// <summary>Replaces a file as a whole: a reader sees the old text or the new one.</summary>
    internal void Write(string path, string text) => Replace(path, unfinished => File.WriteAllText(unfinished, text));

    private void Replace(string path, Action<string> write)
    {
        string unfinished = path + ".tmp";
        try
        {
            write(unfinished);
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CoordinatorException(
                $"file '{path}' could not be written: {problem.Message}. The checkpoints in '{Checkpoints}' are kept; free space, then go on with --resume", problem);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();
}
