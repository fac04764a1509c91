using System.Buffers.Binary;
using System.IO.Compression;
using S2M.Data.Images.Containers;

namespace S2M.Data.Images.Decoding;

/// <summary>Reads an image's size and checks that its file is whole, before a decoder spends memory on it.</summary>
internal static class ImageHeader
{
    // What packed pixels may be before they are unpacked once for their length: below it they cannot grow to more than 17 MiB (1032 times).
    private const int TrustedPackedBytes = 1 << 14;

    // Each scan may touch every pixel: a progressive file has about ten, a hostile one thousands.
    private const int MostScans = 100;

    private static ReadOnlySpan<byte> PngSignature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Width and height in pixels.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <returns>The size, or what is wrong with the file.</returns>
    public static (int Width, int Height, string? Fault) Read(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith(PngSignature))
        {
            return ReadPng(file);
        }

        return file.StartsWith<byte>([0xFF, 0xD8, 0xFF]) ? ReadJpeg(file) : (0, 0, "neither a PNG nor a JPEG signature");
    }

    // PNG specification, 5.3: length, type, data, CRC-32 over type and data.
    private static (int Width, int Height, string? Fault) ReadPng(ReadOnlySpan<byte> file)
    {
        (int width, int height) = (0, 0);
        using var packed = new MemoryStream();
        ReadOnlySpan<byte> rest = file[PngSignature.Length..];
        while (rest.Length >= 12)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - 12)
            {
                return (0, 0, "a chunk that is cut off");
            }

            ReadOnlySpan<byte> typed = rest.Slice(4, 4 + (int)length);
            if (Crc32.Of(typed) != BinaryPrimitives.ReadUInt32BigEndian(rest[(8 + (int)length)..]))
            {
                return (0, 0, "a chunk with a wrong checksum");
            }

            if (typed.StartsWith("IHDR"u8) && length == 13)
            {
                width = BinaryPrimitives.ReadInt32BigEndian(typed[4..]);
                height = BinaryPrimitives.ReadInt32BigEndian(typed[8..]);
            }

            if (typed.StartsWith("IDAT"u8))
            {
                packed.Write(typed[4..]);
            }

            if (typed.StartsWith("IEND"u8))
            {
                return width <= 0 || height <= 0 ? (0, 0, "no pixels")
                    : Overflows(packed, width, height) ? (0, 0, $"more data than {width} x {height} pixels have")
                    : (width, height, null);
            }

            rest = rest[(12 + (int)length)..];
        }

        return (0, 0, "no end chunk");
    }

    // At most 8 bytes a pixel (16 bits of four channels), and a filter byte for each row of each of seven interlacing passes.
    private static bool Overflows(MemoryStream packed, int width, int height)
    {
        if (packed.Length <= TrustedPackedBytes)
        {
            return false;
        }

        long room = 8L * (width + 7L) * (height + 7L);
        packed.Position = 0;
        using var inflater = new ZLibStream(packed, CompressionMode.Decompress);
        byte[] buffer = new byte[1 << 16];
        try
        {
            int read;
            while (room >= 0 && (read = inflater.Read(buffer)) > 0)
            {
                room -= read;
            }
        }
        catch (InvalidDataException)
        {
            return false; // The decoder will say so.
        }

        return room < 0;
    }

    // ITU-T T.81, annex B: segments up to the frame header, then the end marker somewhere after the first scan.
    private static (int Width, int Height, string? Fault) ReadJpeg(ReadOnlySpan<byte> file)
    {
        (int width, int height) = (0, 0);
        int at = 2;
        while (at + 9 < file.Length && file[at] == 0xFF)
        {
            byte marker = file[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }

            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                if (width > 0 || height > 0)
                {
                    return (0, 0, "two frame headers"); // The decoder would make room for the first.
                }

                height = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 5)..]);
                width = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 7)..]);
            }

            if (marker == 0xDA)
            {
                bool ends = file[at..].LastIndexOf<byte>([0xFF, 0xD9]) >= 0;
                int scans = file[at..].Count<byte>([0xFF, 0xDA]);
                return !ends ? (0, 0, "no end marker") : scans > MostScans ? (0, 0, $"{scans} scans") : width > 0 && height > 0 ? (width, height, null) : (0, 0, "no pixels");
            }

            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
        }

        return (0, 0, "no scan");
    }
}
