using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace S2M.Data.Images.Containers;

/// <summary>
/// Reads and checks the central directory of a zip archive (the .ZIP file format specification, APPNOTE 6.3.10, sections 4.3.12 to 4.3.16 and
/// 4.5.3 for sizes above 4 GiB). Nothing in it is believed: every number is checked against the file and the limits.
/// </summary>
internal static class ZipDirectory
{
    private const int EndLength = 22;
    private const int HeaderLength = 46;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Lists an archive.</summary>
    /// <param name="file">The open archive.</param>
    /// <param name="location">Its path, for messages.</param>
    /// <param name="limits">What is refused.</param>
    /// <returns>Files and folders in the order of the directory.</returns>
    /// <exception cref="DataException">The archive is damaged, encrypted, hostile or beyond the limits.</exception>
    public static ZipEntry[] Read(SafeFileHandle file, string location, ContainerLimits limits)
    {
        (long count, long size, long offset, long end) = FindDirectory(file, location);
        if (count > limits.MaximumEntries)
        {
            throw new DataException($"{location}: expected at most {limits.MaximumEntries} entries, got {count}; split the archive");
        }

        if (size > limits.MaximumDirectoryBytes || size < count * HeaderLength || offset < 0 || offset > end - size)
        {
            throw Damaged(location, $"a directory of {count} entries inside the file", $"{size} bytes at {offset} before {end}");
        }

        byte[] directory = new byte[size];
        ReadExactly(file, directory, offset, location);
        var entries = new ZipEntry[count];
        int position = 0;
        for (int i = 0; i < entries.Length; i++)
        {
            entries[i] = ReadEntry(directory, ref position, location, limits);
        }

        CheckTogether(entries, offset, location, limits);
        return entries;
    }

    /// <summary>Fills a buffer from a place in the file.</summary>
    public static void ReadExactly(SafeFileHandle file, Span<byte> buffer, long offset, string location)
    {
        while (buffer.Length > 0)
        {
            int read = RandomAccess.Read(file, buffer, offset);
            if (read == 0)
            {
                throw Damaged(location, $"{buffer.Length} more bytes at {offset}", "the end of the file");
            }

            buffer = buffer[read..];
            offset += read;
        }
    }

    /// <summary>The error for an archive that does not hold together.</summary>
    public static DataException Damaged(string location, string expected, string got) =>
        new($"{location}: expected {expected}, got {got}; the archive is damaged or truncated: copy it again");

    private static (long Count, long Size, long Offset, long End) FindDirectory(SafeFileHandle file, string location)
    {
        long length = RandomAccess.GetLength(file);
        byte[] tail = new byte[(int)Math.Min(length, EndLength + ushort.MaxValue)];
        ReadExactly(file, tail, length - tail.Length, location);
        for (int at = tail.Length - EndLength; at >= 0; at--)
        {
            ReadOnlySpan<byte> end = tail.AsSpan(at);
            if (UInt32(end, 0) != 0x06054b50 || at + EndLength + UInt16(end, 20) != tail.Length)
            {
                continue;
            }

            if (UInt16(end, 4) is not (0 or ushort.MaxValue) || UInt16(end, 6) is not (0 or ushort.MaxValue))
            {
                throw new DataException($"{location}: expected an archive in one file, got one cut into several; join it first");
            }

            (uint count, uint size, uint offset) = (UInt16(end, 10), UInt32(end, 12), UInt32(end, 16));
            long position = length - tail.Length + at;
            return count == ushort.MaxValue || size == uint.MaxValue || offset == uint.MaxValue
                ? FindLargeDirectory(file, position, location) ?? (count, size, offset, position)
                : (count, size, offset, position);
        }

        throw Damaged(location, "a zip archive with its end record", $"{length} bytes without one");
    }

    private static (long Count, long Size, long Offset, long End)? FindLargeDirectory(SafeFileHandle file, long end, string location)
    {
        Span<byte> locator = stackalloc byte[20];
        if (end < locator.Length)
        {
            return null;
        }

        ReadExactly(file, locator, end - locator.Length, location);
        if (UInt32(locator, 0) != 0x07064b50)
        {
            return null;
        }

        Span<byte> record = stackalloc byte[56];
        long position = Int64(locator, 8, location);
        if (position > end - locator.Length - record.Length)
        {
            throw Damaged(location, "a 64-bit end record before its locator", $"one at {position}");
        }

        ReadExactly(file, record, position, location);
        return UInt32(record, 0) == 0x06064b50
            ? (Int64(record, 32, location), Int64(record, 40, location), Int64(record, 48, location), position)
            : throw Damaged(location, "a 64-bit end record", "another one");
    }

    private static ZipEntry ReadEntry(byte[] directory, ref int position, string location, ContainerLimits limits)
    {
        ReadOnlySpan<byte> header = directory.AsSpan(position);
        if (header.Length < HeaderLength || UInt32(header, 0) != 0x02014b50)
        {
            throw Damaged(location, "a directory entry", $"other bytes at {position} of the directory");
        }

        (int nameLength, int extraLength, int commentLength) = (UInt16(header, 28), UInt16(header, 30), UInt16(header, 32));
        int entryLength = HeaderLength + nameLength + extraLength + commentLength;
        if (header.Length < entryLength)
        {
            throw Damaged(location, $"a directory entry of {entryLength} bytes", $"{header.Length} bytes");
        }

        position += entryLength;
        byte[] nameBytes = header.Slice(HeaderLength, nameLength).ToArray();
        string stored = Decode(nameBytes, location);
        bool isFolder = stored.EndsWith('/');
        string path = isFolder ? stored[..^1] : stored;
        EntryPath.Check(location, path);
        int flags = UInt16(header, 8);
        int method = UInt16(header, 10);
        if ((flags & 0x2041) != 0 || method == 99)
        {
            throw new DataException($"{location}: entry '{path}': expected plain contents, got an encrypted entry; pack the archive again without a password");
        }

        (long length, long packedLength, long offset) = Lengths(header, header.Slice(HeaderLength + nameLength, extraLength), location);
        CheckLengths(location, path, length, packedLength, limits);
        return new ZipEntry(path, nameBytes, isFolder, method, UInt32(header, 16), packedLength, length, offset);
    }

    private static (long Length, long PackedLength, long Offset) Lengths(ReadOnlySpan<byte> header, ReadOnlySpan<byte> extra, string location)
    {
        ReadOnlySpan<byte> large = default;
        while (extra.Length >= 4)
        {
            int size = Math.Min(UInt16(extra, 2), extra.Length - 4);
            if (UInt16(extra, 0) == 1)
            {
                large = extra.Slice(4, size);
            }

            extra = extra[(4 + size)..];
        }

        long length = Take(UInt32(header, 24), ref large, location);
        long packedLength = Take(UInt32(header, 20), ref large, location);
        return (length, packedLength, Take(UInt32(header, 42), ref large, location));
    }

    private static long Take(uint small, ref ReadOnlySpan<byte> large, string location)
    {
        if (small != uint.MaxValue)
        {
            return small;
        }

        if (large.Length < 8)
        {
            throw Damaged(location, "a 64-bit length", "none");
        }

        long value = Int64(large, 0, location);
        large = large[8..];
        return value;
    }

    private static void CheckLengths(string location, string path, long length, long packedLength, ContainerLimits limits)
    {
        if (length > 1 << 16 && length / limits.MaximumCompressionRatio > packedLength)
        {
            throw new DataException(
                $"{location}: entry '{path}': expected at most {limits.MaximumCompressionRatio} unpacked bytes for a packed one, got {length} from {packedLength}; this is no image: remove it");
        }

        if (EntryPath.IsImage(path) && length > limits.MaximumFileBytes)
        {
            throw new DataException($"{location}: entry '{path}': expected at most {limits.MaximumFileBytes} bytes, got {length}; shrink the image");
        }
    }

    // Overlapping entries would let a small archive unpack to a large set (D. Fifield, "A better zip bomb", WOOT 2019).
    private static void CheckTogether(ZipEntry[] entries, long directoryOffset, string location, ContainerLimits limits)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        long total = 0;
        foreach (ZipEntry entry in entries)
        {
            if (!seen.Add(entry.Path))
            {
                throw new DataException($"{location}: expected every entry once, got '{entry.Path}' twice; pack the archive again");
            }

            // Each length is below 2^60, and the sum is looked at after every one: it cannot wrap around.
            total += entry.Length;
            if (total > limits.MaximumTotalBytes)
            {
                throw new DataException($"{location}: expected at most {limits.MaximumTotalBytes} bytes unpacked, got more; split the archive");
            }
        }

        long free = 0;
        foreach (ZipEntry entry in entries.OrderBy(static entry => entry.HeaderOffset))
        {
            long dataOffset = entry.HeaderOffset + ZipContainer.LocalHeaderLength + entry.NameBytes.Length;
            if (entry.HeaderOffset < free || entry.HeaderOffset > directoryOffset || entry.PackedLength > directoryOffset - dataOffset)
            {
                throw Damaged(location, $"entry '{entry.Path}' in a place of its own", $"{entry.PackedLength} bytes at {entry.HeaderOffset} that overlap others");
            }

            free = dataOffset + entry.PackedLength;
        }
    }

    private static string Decode(byte[] name, string location)
    {
        try
        {
            return StrictUtf8.GetString(name);
        }
        catch (DecoderFallbackException exception)
        {
            throw new DataException($"{location}: expected names in UTF-8, got '{Encoding.Latin1.GetString(name)}'; pack the archive again with UTF-8 names", exception);
        }
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long Int64(ReadOnlySpan<byte> bytes, int at, string location)
    {
        long value = BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
        return value >= 0 && value < 1L << 60 ? value : throw Damaged(location, "a length below 2^60", $"{value}");
    }
}
