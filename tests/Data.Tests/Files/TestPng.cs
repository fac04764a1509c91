using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace S2M.Data.Tests.Files;

/// <summary>Writes PNG files (PNG specification, 2nd edition) from samples, without filters.</summary>
internal static class TestPng
{
    internal const int Gray = 0;
    internal const int Color = 2;
    internal const int Palette = 3;
    internal const int GrayAlpha = 4;
    internal const int ColorAlpha = 6;

    /// <summary>A gray picture, 8 bits a pixel.</summary>
    internal static byte[] OfGray(int width, int height, params byte[] pixels) => Write(width, height, 8, Gray, [.. pixels.Select(value => (int)value)]);

    /// <summary>Writes a file.</summary>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="depth">Bits of a sample.</param>
    /// <param name="type">The color type.</param>
    /// <param name="samples">Samples row by row, interleaved.</param>
    /// <param name="palette">Three bytes a color.</param>
    internal static byte[] Write(int width, int height, int depth, int type, int[] samples, byte[]? palette = null)
    {
        int channels = type switch { Color => 3, GrayAlpha => 2, ColorAlpha => 4, _ => 1 };
        using var raw = new MemoryStream();
        for (int row = 0; row < height; row++)
        {
            raw.WriteByte(0);
            byte[] line = new byte[((width * channels * depth) + 7) / 8];
            for (int i = 0; i < width * channels; i++)
            {
                int sample = samples[(row * width * channels) + i];
                if (depth == 16)
                {
                    BinaryPrimitives.WriteUInt16BigEndian(line.AsSpan(2 * i), (ushort)sample);
                }
                else
                {
                    int bit = i * depth;
                    line[bit / 8] |= (byte)(sample << (8 - depth - (bit % 8)));
                }
            }

            raw.Write(line);
        }

        return Wrap(width, height, depth, type, palette, Pack(raw.ToArray()));
    }

    /// <summary>Wraps packed data, whatever it holds.</summary>
    internal static byte[] Wrap(int width, int height, int depth, int type, byte[]? palette, byte[] packed)
    {
        using var file = new MemoryStream();
        file.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = ((byte)depth, (byte)type);
        Chunk(file, "IHDR", header);
        if (palette is not null)
        {
            Chunk(file, "PLTE", palette);
        }

        Chunk(file, "IDAT", packed);
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>Writes the checksums of all chunks anew, after their data was changed.</summary>
    internal static byte[] Mend(byte[] file)
    {
        byte[] mended = [.. file];
        int at = 8;
        while (at + 12 <= mended.Length)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(mended.AsSpan(at));
            if (length > mended.Length - at - 12)
            {
                break;
            }

            BinaryPrimitives.WriteUInt32BigEndian(mended.AsSpan(at + 8 + (int)length), Crc(mended.AsSpan(at + 4, 4 + (int)length)));
            at += 12 + (int)length;
        }

        return mended;
    }

    /// <summary>CRC-32 bit by bit: the oracle of the one by table.</summary>
    internal static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320u & (uint)-(int)(crc & 1));
            }
        }

        return ~crc;
    }

    internal static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(bytes);
        }

        return packed.ToArray();
    }

    private static void Chunk(Stream file, string type, byte[] data)
    {
        byte[] typed = [.. Encoding.ASCII.GetBytes(type), .. data];
        byte[] number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(typed);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(typed));
        file.Write(number);
    }
}
