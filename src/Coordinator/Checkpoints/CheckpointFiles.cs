using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Checkpoints;

/// <summary>A checkpoint as files of one folder: data are written and flushed first, the manifest is renamed into place last.</summary>
internal static class CheckpointFiles
{
    private const string UnfinishedManifest = CheckpointContent.ManifestName + ".tmp";

    /// <summary>Writes a checkpoint into its folder; it exists from the moment its manifest does.</summary>
    /// <param name="path">The folder; made where it is absent.</param>
    /// <param name="content">The checkpoint.</param>
    /// <param name="warn">Is told where an unfinished write could not be removed.</param>
    /// <exception cref="CoordinatorException">It could not be written.</exception>
    internal static void Write(string path, CheckpointContent content, Action<string> warn)
    {
        try
        {
            WriteAll(path, content);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            RemoveUnfinished(path, warn);
            throw new CoordinatorException(
                $"checkpoint '{path}' could not be written ({content.Bytes} bytes): {problem.Message}. Checkpoints before it are kept: free space "
                + "or choose another folder, then resume.",
                problem);
        }
    }

    /// <summary>A checkpoint's file.</summary>
    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    internal static byte[] Read(string path, string name) => File.ReadAllBytes(Path.Combine(path, name));

    /// <summary>Removes a checkpoint's folder. Without its manifest it does not exist, however far the removal gets.</summary>
    /// <exception cref="IOException">Something of it is left.</exception>
    internal static void Remove(string path)
    {
        if (Directory.Exists(path))
        {
            File.Delete(Path.Combine(path, CheckpointContent.ManifestName));
            Directory.Delete(path, recursive: true);
        }
    }

    /// <summary>Whether a file of these bytes is there already.</summary>
    private static bool IsThere(string path, byte[] bytes)
        => File.Exists(path) && new FileInfo(path).Length == bytes.Length && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes);

    private static void WriteAll(string path, CheckpointContent content)
    {
        Directory.CreateDirectory(path);
        string manifestPath = Path.Combine(path, CheckpointContent.ManifestName);
        (string Path, byte[] Bytes)[] files = [.. content.Files.Select(file => (Path.Combine(path, file.Name), file.Bytes))];

        // The same step written again (stopped right behind a checkpoint) has the same files, and only the manifest is exchanged: the checkpoint exists
        // all along. Over a damaged one the manifest goes first: without it the checkpoint does not exist.
        if (!StepFolders.IsFinished(path) || !Array.TrueForAll(files, file => IsThere(file.Path, file.Bytes)))
        {
            File.Delete(manifestPath);
            Array.ForEach(files, file => DurableFiles.Write(file.Path, file.Bytes));
        }

        string unfinished = Path.Combine(path, UnfinishedManifest);
        DurableFiles.Write(unfinished, content.Manifest);
        File.Move(unfinished, manifestPath, overwrite: true);
        DurableFiles.FlushFolder(path);
        DurableFiles.FlushFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Removes what a failed write left, so that it takes no room on a full disk.</summary>
    private static void RemoveUnfinished(string path, Action<string> warn)
    {
        if (!Directory.Exists(path))
        {
            return;
        }

        try
        {
            File.Delete(Path.Combine(path, UnfinishedManifest));
            if (!StepFolders.IsFinished(path))
            {
                Directory.Delete(path, recursive: true);
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            warn($"unfinished checkpoint '{path}' could not be removed: {problem.Message}");
        }
    }
}
