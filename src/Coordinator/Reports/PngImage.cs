using System.Buffers.Binary;
using System.IO.Compression;

namespace S2M.Coordinator.Reports;

/// <summary>Writes pixels as a PNG file (ISO/IEC 15948): 8 bits a channel, no filter, deflated.</summary>
internal static class PngImage
{
    private const uint CrcPolynomial = 0xEDB88320;
    private static readonly byte[] Signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Encodes a square image.</summary>
    /// <param name="planes">Channel by channel, row by row: channels x size x size bytes.</param>
    /// <param name="size">Height and width in pixels, at least 1.</param>
    /// <param name="channels">1 (grey) or 3 (red, green, blue).</param>
    internal static byte[] Encode(ReadOnlySpan<byte> planes, int size, int channels)
    {
        int area = size * size;
        byte[] rows = new byte[size * ((size * channels) + 1)];
        int next = 0;
        for (int row = 0; row < size; row++)
        {
            rows[next++] = 0;
            for (int column = 0; column < size; column++)
            {
                for (int channel = 0; channel < channels; channel++)
                {
                    rows[next++] = planes[(channel * area) + (row * size) + column];
                }
            }
        }

        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, size);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), size);
        header[8] = 8;
        header[9] = (byte)(channels == 1 ? 0 : 2);

        using var file = new MemoryStream();
        file.Write(Signature);
        Append(file, "IHDR"u8, header);
        Append(file, "IDAT"u8, Deflate(rows));
        Append(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static byte[] Deflate(byte[] rows)
    {
        using var packed = new MemoryStream();
        using (var deflater = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            deflater.Write(rows);
        }

        return packed.ToArray();
    }

    private static void Append(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        byte[] chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc(chunk.AsSpan(4, 4 + data.Length)));
        file.Write(chunk);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ CrcPolynomial;
            }
        }

        return ~crc;
    }
}
