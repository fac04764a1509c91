namespace S2M.Data.Images.Containers;

/// <summary>A file in a zip archive, as its central directory has it.</summary>
/// <param name="Path">Its checked path.</param>
/// <param name="NameBytes">The path's bytes as stored, which the local header repeats.</param>
/// <param name="IsFolder">Whether the stored name ended in a slash.</param>
/// <param name="Method">0 stored, 8 deflated; others cannot be read.</param>
/// <param name="Crc">CRC-32 of the unpacked bytes.</param>
/// <param name="PackedLength">Bytes in the archive.</param>
/// <param name="Length">Bytes unpacked, as declared.</param>
/// <param name="HeaderOffset">Where its local header begins.</param>
internal sealed record ZipEntry(
    string Path, byte[] NameBytes, bool IsFolder, int Method, uint Crc, long PackedLength, long Length, long HeaderOffset);
