namespace S2M.Data.Images.Containers;

/// <summary>The images of one or several containers under one numbering. Owns the containers.</summary>
internal sealed class ImageFiles : IDisposable
{
    private readonly IReadOnlyList<IFileContainer> _containers;
    private readonly List<(int Container, int File, string Path)> _files = [];

    /// <summary>
    /// Picks the images of containers. A folder that all images of a container share is dropped from their paths where a class folder remains
    /// below it, so that a packed folder and its contents are the same data set.
    /// </summary>
    /// <param name="containers">The containers; disposed with this.</param>
    public ImageFiles(params IReadOnlyList<IFileContainer> containers)
    {
        _containers = containers;
        for (int container = 0; container < containers.Count; container++)
        {
            IReadOnlyList<string> paths = containers[container].Paths;
            int[] images = [.. Enumerable.Range(0, paths.Count).Where(file => EntryPath.IsImage(paths[file]))];
            int root = RootLength([.. images.Select(file => paths[file])]);
            _files.AddRange(images.Select(file => (container, file, paths[file][root..])));
        }
    }

    /// <summary>The images of a version's content, numbered as its manifest has them; their paths stay as they are.</summary>
    /// <param name="content">The content; disposed with this.</param>
    public ImageFiles(PackContainer content)
    {
        _containers = [content];
        _files.AddRange(content.Paths.Select(static (path, file) => (0, file, path)));
    }

    /// <summary>How many images there are.</summary>
    public int Count => _files.Count;

    /// <summary>Where the containers lie, for messages.</summary>
    public string Location => string.Join(" and ", _containers.Select(static container => container.Location));

    /// <summary>The path of an image, without the shared root.</summary>
    public string PathOf(int file) => _files[file].Path;

    /// <summary>Reads an image's file.</summary>
    /// <exception cref="DataException">It cannot be read or is damaged.</exception>
    public byte[] Read(int file) => _containers[_files[file].Container].Read(_files[file].File);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IFileContainer container in _containers)
        {
            container.Dispose();
        }
    }

    private static int RootLength(string[] paths)
    {
        if (paths.Length == 0)
        {
            return 0;
        }

        int root = paths[0].IndexOf('/', StringComparison.Ordinal) + 1;
        string prefix = paths[0][..root];
        return root > 0 && paths.All(path => path.StartsWith(prefix, StringComparison.Ordinal) && path.IndexOf('/', root) >= 0) ? root : 0;
    }
}
