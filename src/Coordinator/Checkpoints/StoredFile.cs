using Microsoft.Win32.SafeHandles;

namespace S2M.Coordinator.Checkpoints;

/// <summary>A file that is open for reading.</summary>
internal sealed class StoredFile : IStoredObject
{
    private readonly SafeFileHandle _file;

    private StoredFile(SafeFileHandle file) => _file = file;

    /// <inheritdoc/>
    public long Length => RandomAccess.GetLength(_file);

    /// <summary>Opens a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    internal static StoredFile Open(string path) => new(File.OpenHandle(path, options: FileOptions.Asynchronous));

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
        => RandomAccess.ReadAsync(_file, buffer, offset, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        return ValueTask.CompletedTask;
    }
}
