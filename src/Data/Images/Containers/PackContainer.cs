using Microsoft.Win32.SafeHandles;
using S2M.Data.Manifests;

namespace S2M.Data.Images.Containers;

/// <summary>
/// A version's content in one file: the manifest, then the images. Each read goes by offset through one shared handle, so any number of threads may read.
/// Nothing but the manifest is read on opening; who reads a file compares its hash with the manifest's.
/// </summary>
internal sealed class PackContainer : IFileContainer
{
    private readonly SafeFileHandle _file;
    private readonly ContentLayout _layout;

    /// <summary>Opens a content and checks its manifest and its length.</summary>
    /// <param name="path">An existing file.</param>
    /// <param name="manifestBytes">How many bytes of it are the manifest.</param>
    /// <param name="sha256">The hash that the manifest must have; null takes any.</param>
    /// <param name="limits">What is refused.</param>
    /// <exception cref="DataException">The file cannot be opened, or is not the content of such a manifest.</exception>
    public PackContainer(string path, long manifestBytes, string? sha256, ContainerLimits limits)
    {
        Location = Path.GetFullPath(path);
        try
        {
            _file = File.OpenHandle(Location, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable("a readable content file", exception);
        }

        try
        {
            long length = RandomAccess.GetLength(_file);
            if (manifestBytes < 1 || manifestBytes > Math.Min(length, limits.MaximumDirectoryBytes))
            {
                throw new DataException(
                    $"{Location}: expected a manifest of 1 to {Math.Min(length, limits.MaximumDirectoryBytes)} bytes in a file of {length}, got {manifestBytes}; fetch the content again");
            }

            byte[] manifest = new byte[manifestBytes];
            ReadExactly(manifest, 0, "the manifest");
            _layout = ContentLayout.Read(manifest, sha256, length, limits);
            Paths = [.. _layout.Manifest.Entries.Select(static entry => entry.Path)];
        }
        catch (DataException problem)
        {
            _file.Dispose();
            throw new DataException(problem.Message.StartsWith(Location, StringComparison.Ordinal) ? problem.Message : $"{Location}: {problem.Message}", problem);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <summary>The manifest's paths, in its order.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>The files.</summary>
    public Manifest Manifest => _layout.Manifest;

    /// <inheritdoc/>
    public byte[] Read(int file)
    {
        byte[] bytes = new byte[Manifest.Entries[file].Length];
        ReadExactly(bytes, _layout.OffsetOf(file), $"file '{Paths[file]}'");
        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void ReadExactly(byte[] bytes, long offset, string what)
    {
        int got = 0;
        try
        {
            while (got < bytes.Length)
            {
                int read = RandomAccess.Read(_file, bytes.AsSpan(got), offset + got);
                if (read == 0)
                {
                    throw new DataException($"{Location}: expected {bytes.Length} bytes of {what} at {offset}, got {got}; fetch the content again");
                }

                got += read;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(what, exception);
        }
    }

    private DataException Unreadable(string what, Exception exception) =>
        new($"{Location}: expected {what}, got '{exception.Message}'; check the file and its permissions, or fetch the content again", exception);
}
