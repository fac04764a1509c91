using S2M.Data.Images.Containers;
using StbImageSharp;

namespace S2M.Data.Images.Decoding;

/// <summary>From a PNG or JPEG file to the bytes of an <see cref="ImageFormat"/>.</summary>
internal static class ImageDecoder
{
    private const int MaximumSide = 65_535;

    /// <summary>Decodes, composes transparency over white, converts the channels, resizes by area, and inverts ink.</summary>
    /// <param name="name">The image, for messages.</param>
    /// <param name="file">The file's bytes.</param>
    /// <param name="format">What to decode to.</param>
    /// <param name="limits">The pixel limit, checked from the header.</param>
    /// <param name="pixels">Receives <see cref="ImageFormat.PixelCount"/> bytes.</param>
    /// <exception cref="DataException">The file is damaged, of another type, or too large.</exception>
    public static void Decode(string name, byte[] file, ImageFormat format, ContainerLimits limits, Span<byte> pixels)
    {
        if (format.Size is < 1 or > 1024 || format.Channels is not (1 or 3) || pixels.Length != format.PixelCount)
        {
            throw new ArgumentException(
                $"format: expected a size of 1 to 1024, 1 or 3 channels and {format.PixelCount} bytes, got {format} and {pixels.Length} bytes; correct the request");
        }

        Picture picture = Load(name, file, limits);
        byte[] channel = new byte[picture.Width * picture.Height];
        int area = format.Size * format.Size;
        for (int c = 0; c < format.Channels; c++)
        {
            Extract(picture, format.Channels == 1 ? null : c, channel);
            AreaResize.Resize(channel, picture.Width, picture.Height, pixels.Slice(c * area, area), format.Size);
        }

        if (format.Ink)
        {
            foreach (ref byte pixel in pixels)
            {
                pixel = (byte)(255 - pixel);
            }
        }
    }

    private static Picture Load(string name, byte[] file, ContainerLimits limits)
    {
        (int width, int height, string? fault) = ImageHeader.Read(file);
        if (fault is not null)
        {
            throw new DataException($"image '{name}': expected a whole PNG or JPEG file, got {fault}; replace the file");
        }

        if (width > MaximumSide || height > MaximumSide || (long)width * height > limits.MaximumPixels)
        {
            throw new DataException($"image '{name}': expected at most {limits.MaximumPixels} pixels and {MaximumSide} a side, got {width} x {height}; shrink the image");
        }

        try
        {
            ImageResult result = ImageResult.FromMemory(file, ColorComponents.Default);
            return new Picture(result.Width, result.Height, (int)result.Comp, result.Data);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The decoder reports damage by exceptions of many types (index, null, its own).
            throw new DataException($"image '{name}': expected a PNG or JPEG file that decodes, got '{exception.Message}'; replace the file", exception);
        }
    }

    // Luma by ITU-R BT.601 in 8 bits: 77 + 150 + 29 = 256.
    private static void Extract(Picture picture, int? color, byte[] channel)
    {
        int step = picture.Components;
        bool hasAlpha = step is 2 or 4;
        for (int i = 0; i < channel.Length; i++)
        {
            ReadOnlySpan<byte> pixel = picture.Data.AsSpan(i * step, step);
            int value = step < 3 ? pixel[0]
                : color is int index ? pixel[index]
                : ((77 * pixel[0]) + (150 * pixel[1]) + (29 * pixel[2]) + 128) >> 8;
            if (hasAlpha)
            {
                int alpha = pixel[^1];
                value = ((value * alpha) + (255 * (255 - alpha)) + 127) / 255;
            }

            channel[i] = (byte)value;
        }
    }
}
