using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace S2M.Data.Tests.Files;

/// <summary>An entry as a hostile or broken program might write it; what is null is as it should be.</summary>
internal sealed record TestZipEntry(string Name, byte[] Bytes)
{
    internal bool Deflated { get; init; } = true;

    internal int Flags { get; init; }

    internal int? Method { get; init; }

    internal uint? Crc { get; init; }

    internal long? Length { get; init; }

    internal long? PackedLength { get; init; }

    internal long? Offset { get; init; }

    internal string? LocalName { get; init; }

    /// <summary>Sizes and offset as 64-bit extra fields, with all ones in the 32-bit ones.</summary>
    internal bool Large { get; init; }

    internal byte[]? NameBytes { get; init; }
}

/// <summary>Writes zip archives byte by byte (APPNOTE 6.3.10), so that every field can be wrong.</summary>
internal static class TestZip
{
    /// <summary>Writes an archive.</summary>
    /// <param name="large">Whether it ends with a 64-bit end record.</param>
    /// <param name="count">The number of entries to claim, where not the true one.</param>
    /// <param name="entries">The entries in order.</param>
    internal static byte[] Write(bool large, int? count, params IReadOnlyList<TestZipEntry> entries)
    {
        using var file = new MemoryStream();
        using var directory = new MemoryStream();
        foreach (TestZipEntry entry in entries)
        {
            byte[] packed = entry.Deflated ? Deflate(entry.Bytes) : entry.Bytes;
            byte[] name = entry.NameBytes ?? Encoding.UTF8.GetBytes(entry.Name);
            byte[] localName = entry.LocalName is null ? name : Encoding.UTF8.GetBytes(entry.LocalName);
            long offset = entry.Offset ?? file.Position;
            long length = entry.Length ?? entry.Bytes.Length;
            long packedLength = entry.PackedLength ?? packed.Length;
            int method = entry.Method ?? (entry.Deflated ? 8 : 0);
            uint crc = entry.Crc ?? TestPng.Crc(entry.Bytes);
            Put(file, 0x04034b50u, (ushort)20, (ushort)entry.Flags, (ushort)method, 0u, crc, (uint)packed.Length, (uint)entry.Bytes.Length, (ushort)localName.Length, (ushort)4);
            file.Write(localName);
            Put(file, (ushort)0xCAFE, (ushort)0);
            file.Write(packed);

            byte[] extra = entry.Large ? Bytes((ushort)0xBEEF, (ushort)2, (ushort)7, (ushort)1, (ushort)24, length, packedLength, offset) : [];
            Put(directory, 0x02014b50u, (ushort)45, (ushort)45, (ushort)entry.Flags, (ushort)method, 0u, crc);
            Put(directory, Small(packedLength, entry.Large), Small(length, entry.Large), (ushort)name.Length, (ushort)extra.Length, (ushort)0, 0u, 0u, Small(offset, entry.Large));
            directory.Write(name);
            directory.Write(extra);
        }

        long start = file.Position;
        long entriesClaimed = count ?? entries.Count;
        directory.WriteTo(file);
        if (large)
        {
            long end = file.Position;
            Put(file, 0x06064b50u, 44L, (ushort)45, (ushort)45, 0u, 0u, entriesClaimed, entriesClaimed, directory.Length, start);
            Put(file, 0x07064b50u, 0u, end, 1u);
            Put(file, 0x06054b50u, (ushort)0, (ushort)0, ushort.MaxValue, ushort.MaxValue, uint.MaxValue, uint.MaxValue, (ushort)0);
        }
        else
        {
            Put(file, 0x06054b50u, (ushort)0, (ushort)0, (ushort)entriesClaimed, (ushort)entriesClaimed, (uint)directory.Length, (uint)start, (ushort)0);
        }

        return file.ToArray();
    }

    /// <summary>Writes an ordinary archive.</summary>
    internal static byte[] Write(params IReadOnlyList<TestZipEntry> entries) => Write(large: false, count: null, entries);

    private static uint Small(long value, bool large) => large ? uint.MaxValue : (uint)value;

    private static byte[] Deflate(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var deflater = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflater.Write(bytes);
        }

        return packed.ToArray();
    }

    private static byte[] Bytes(params object[] values)
    {
        using var stream = new MemoryStream();
        Put(stream, values);
        return stream.ToArray();
    }

    private static void Put(Stream stream, params object[] values)
    {
        byte[] buffer = new byte[8];
        foreach (object value in values)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(buffer, value is long wide ? (ulong)wide : Convert.ToUInt64(value));
            stream.Write(buffer, 0, value switch { ushort => 2, uint => 4, _ => 8 });
        }
    }
}
