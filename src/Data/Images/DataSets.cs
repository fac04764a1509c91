using S2M.Data.Images.Containers;

namespace S2M.Data.Images;

/// <summary>Opens data sets where they lie.</summary>
public static class DataSets
{
    private static readonly string[] OmniglotArchives = ["images_background.zip", "images_evaluation.zip"];

    /// <summary>
    /// Opens a folder of class folders, a zip of class folders, or a folder with Omniglot's two zips (all 1623 characters). Every file is read
    /// once for its hash.
    /// </summary>
    /// <param name="name">The name that jobs use.</param>
    /// <param name="path">The folder or the zip.</param>
    /// <param name="limits">What is refused; <see cref="ContainerLimits.Default"/> when absent.</param>
    /// <exception cref="DataException">Nothing is there, or it cannot be used; the message names the file and the remedy.</exception>
    public static ImageDataSet Open(string name, string path, ContainerLimits? limits = null)
    {
        CheckName(name);
        limits ??= ContainerLimits.Default;
        var containers = new List<IFileContainer>();
        try
        {
            if (File.Exists(path))
            {
                if (new FileInfo(path).Length == 0)
                {
                    // Opening a pipe would wait for somebody to write into it; a pipe, a device and an empty file all have no length.
                    throw new DataException($"data set '{name}': expected a zip archive, got an empty file, a pipe or a device at '{path}'; give the archive");
                }

                containers.Add(new ZipContainer(path, limits));
            }
            else if (Directory.Exists(path))
            {
                string[] archives = [.. OmniglotArchives.Select(archive => Path.Combine(path, archive))];
                if (archives.All(File.Exists))
                {
                    containers.Add(new ZipContainer(archives[0], limits));
                    containers.Add(new ZipContainer(archives[1], limits));
                }
                else
                {
                    containers.Add(new FolderContainer(path, limits));
                }
            }
            else
            {
                throw new DataException($"data set '{name}': expected a folder or a zip archive, got nothing at '{path}'; bind it with --data {name}=PATH");
            }

            return new ImageDataSet(name, new ImageFiles(containers), limits);
        }
        catch
        {
            containers.ForEach(static container => container.Dispose());
            throw;
        }
    }

    /// <summary>
    /// Opens a version's content: one file with the manifest's canonical bytes and then the files in its order. The version, the classes and the numbers of the
    /// images are those of the folder or zip that it was made of. Only the manifest is read; a file's hash is compared when it is first decoded.
    /// </summary>
    /// <param name="name">The name that jobs use.</param>
    /// <param name="path">The content's file.</param>
    /// <param name="manifestBytes">How many of its bytes are the manifest.</param>
    /// <param name="limits">What is refused; <see cref="ContainerLimits.Default"/> when absent.</param>
    /// <param name="sha256">The hash that the manifest must have; null takes any.</param>
    /// <exception cref="DataException">Nothing is there, or it is not the content of such a manifest.</exception>
    public static ImageDataSet OpenContent(string name, string path, long manifestBytes, ContainerLimits? limits = null, string? sha256 = null)
    {
        CheckName(name);
        limits ??= ContainerLimits.Default;
        var content = new PackContainer(path, manifestBytes, sha256, limits);
        try
        {
            return new ImageDataSet(name, content, limits);
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    private static void CheckName(string name)
    {
        if (string.IsNullOrEmpty(name) || name.Contains('@', StringComparison.Ordinal) || name.Any(char.IsWhiteSpace))
        {
            throw new DataException($"data set name: expected letters without '@' or blanks, got '{name}'; bind it with --data NAME=PATH");
        }
    }
}
