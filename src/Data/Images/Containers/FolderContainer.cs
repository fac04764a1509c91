namespace S2M.Data.Images.Containers;

/// <summary>A folder on disk with everything below it.</summary>
internal sealed class FolderContainer : IFileContainer
{
    private const int MaximumDepth = 16;

    private readonly ContainerLimits _limits;

    /// <summary>Lists a folder.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="limits">What is refused.</param>
    /// <exception cref="DataException">It holds too many files, is nested too deeply (a loop of links), or cannot be listed.</exception>
    public FolderContainer(string folder, ContainerLimits limits)
    {
        Location = Path.GetFullPath(folder);
        _limits = limits;
        var paths = new List<string>();
        try
        {
            List(new DirectoryInfo(Location), string.Empty, 0, paths);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{Location}: expected a folder that can be listed, got '{exception.Message}'; check its permissions", exception);
        }

        Paths = paths;
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Paths { get; }

    /// <inheritdoc/>
    public byte[] Read(int file)
    {
        string path = Paths[file];
        try
        {
            string whole = Path.Combine(Location, path);
            if (new FileInfo(whole).Length == 0)
            {
                // Opening a pipe would wait for somebody to write into it; a pipe, a device and an empty file all have no length.
                throw new DataException($"{Location}: file '{path}': expected the bytes of an image, got an empty file, a pipe or a device; remove it");
            }

            using FileStream stream = File.OpenRead(whole);
            if (stream.Length > _limits.MaximumFileBytes)
            {
                throw new DataException(
                    $"{Location}: file '{path}': expected at most {_limits.MaximumFileBytes} bytes, got {stream.Length}; shrink the image");
            }

            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataException(
                $"{Location}: file '{path}': expected a readable file, got '{exception.Message}'; restore the file or register the data set again", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Files are opened for one read each: nothing is held.
    }

    private void List(DirectoryInfo folder, string prefix, int depth, List<string> paths)
    {
        if (depth > MaximumDepth)
        {
            throw new DataException($"{Location}: expected at most {MaximumDepth} nested folders, got '{prefix}'; remove the link that leads back into the folder");
        }

#pragma warning disable RS0030 // The order does not matter: the whole list is sorted by its reader.
        foreach (FileSystemInfo child in folder.EnumerateFileSystemInfos())
#pragma warning restore RS0030
        {
            string path = prefix + child.Name;
            if (child is DirectoryInfo childFolder)
            {
                List(childFolder, path + "/", depth + 1, paths);
                continue;
            }

            EntryPath.Check(Location, path);
            if (paths.Count == _limits.MaximumEntries)
            {
                throw new DataException($"{Location}: expected at most {_limits.MaximumEntries} files, got more; split the data set");
            }

            paths.Add(path);
        }
    }
}
