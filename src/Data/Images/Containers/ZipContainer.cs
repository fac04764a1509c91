using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace S2M.Data.Images.Containers;

/// <summary>
/// A zip archive read in place: each read goes by offset through one shared handle, so any number of threads may read, and nothing is unpacked
/// to disk. Stored and deflated entries; every read is checked against length and CRC-32.
/// </summary>
internal sealed class ZipContainer : IFileContainer
{
    /// <summary>The fixed part of a local header, before name and extra field.</summary>
    public const int LocalHeaderLength = 30;

    private readonly SafeFileHandle _file;
    private readonly ZipEntry[] _entries;
    private readonly ContainerLimits _limits;

    /// <summary>Opens an archive and checks its directory.</summary>
    /// <param name="path">An existing file.</param>
    /// <param name="limits">What is refused.</param>
    /// <exception cref="DataException">The archive cannot be opened, is damaged, encrypted, hostile or beyond the limits.</exception>
    public ZipContainer(string path, ContainerLimits limits)
    {
        Location = Path.GetFullPath(path);
        _limits = limits;
        try
        {
            _file = File.OpenHandle(Location, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.RandomAccess);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{Location}: expected a readable zip archive, got '{exception.Message}'; check the file and its permissions", exception);
        }

        try
        {
            _entries = [.. ZipDirectory.Read(_file, Location, limits).Where(static entry => !entry.IsFolder)];
        }
        catch
        {
            _file.Dispose();
            throw;
        }

        Paths = [.. _entries.Select(static entry => entry.Path)];
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Paths { get; }

    /// <inheritdoc/>
    public byte[] Read(int file)
    {
        ZipEntry entry = _entries[file];
        if (entry.Length > _limits.MaximumFileBytes || entry.PackedLength > _limits.MaximumFileBytes)
        {
            throw new DataException(
                $"{Location}: entry '{entry.Path}': expected at most {_limits.MaximumFileBytes} bytes, got {Math.Max(entry.Length, entry.PackedLength)}; shrink the image");
        }

        byte[] packed = new byte[entry.PackedLength];
        ZipDirectory.ReadExactly(_file, packed, DataOffset(entry), Location);
        byte[] bytes = entry.Method switch
        {
            0 => packed,
            8 => Inflate(entry, packed),
            _ => throw new DataException(
                $"{Location}: entry '{entry.Path}': expected a stored or deflated entry, got compression method {entry.Method}; pack the archive again with deflate"),
        };
        if (bytes.Length != entry.Length)
        {
            throw ZipDirectory.Damaged(Location, $"{entry.Length} bytes in entry '{entry.Path}'", $"{bytes.Length}");
        }

        uint crc = Crc32.Of(bytes);
        return crc == entry.Crc
            ? bytes
            : throw ZipDirectory.Damaged(Location, $"CRC-32 {entry.Crc:x8} of entry '{entry.Path}'", $"{crc:x8}");
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private long DataOffset(ZipEntry entry)
    {
        byte[] header = new byte[LocalHeaderLength + entry.NameBytes.Length];
        ZipDirectory.ReadExactly(_file, header, entry.HeaderOffset, Location);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != 0x04034b50
            || BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(26)) != entry.NameBytes.Length
            || !header.AsSpan(LocalHeaderLength).SequenceEqual(entry.NameBytes))
        {
            throw ZipDirectory.Damaged(Location, $"entry '{entry.Path}' where the directory has it", $"other bytes at {entry.HeaderOffset}");
        }

        return entry.HeaderOffset + header.Length + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28));
    }

    // Stops one byte after the declared length: what an entry claims is all it may fill.
    private byte[] Inflate(ZipEntry entry, byte[] packed)
    {
        byte[] bytes = new byte[entry.Length];
        try
        {
            using var inflater = new DeflateStream(new MemoryStream(packed, writable: false), CompressionMode.Decompress);
            int length = inflater.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length < bytes.Length || inflater.ReadByte() >= 0)
            {
                string got = length < bytes.Length ? $"{length}" : "more";
                throw ZipDirectory.Damaged(Location, $"{entry.Length} bytes in entry '{entry.Path}'", got);
            }
        }
        catch (InvalidDataException exception)
        {
            throw new DataException($"{Location}: entry '{entry.Path}': expected deflated data, got '{exception.Message}'; copy the archive again", exception);
        }

        return bytes;
    }
}
