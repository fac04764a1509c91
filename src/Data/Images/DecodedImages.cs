using System.Collections.Concurrent;

namespace S2M.Data.Images;

/// <summary>
/// Keeps decoded images in memory, up to a number of bytes; the oldest leave first. Safe for concurrent use: what it hands out stays valid
/// after it has left.
/// </summary>
/// <param name="dataSet">Where images come from; not disposed.</param>
/// <param name="maximumBytes">The most pixel bytes kept; 0 keeps none.</param>
public sealed class DecodedImages(IDataSet dataSet, long maximumBytes)
{
    private readonly ConcurrentDictionary<(int Image, ImageFormat Format), byte[]> _images = new();
    private readonly Queue<(int Image, ImageFormat Format)> _ages = new();
    private readonly Lock _lock = new();
    private long _bytes;

    /// <summary>The pixel bytes kept now.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>An image's pixels, decoded now or before.</summary>
    /// <param name="image">Index of the image in the data set.</param>
    /// <param name="format">What to decode to.</param>
    /// <returns><see cref="ImageFormat.PixelCount"/> bytes, channel by channel, row by row.</returns>
    /// <exception cref="DataException">The image cannot be read.</exception>
    public ReadOnlyMemory<byte> Get(int image, ImageFormat format)
    {
        if (_images.TryGetValue((image, format), out byte[]? known))
        {
            return known;
        }

        byte[] pixels = new byte[format.PixelCount];
        dataSet.Decode(image, format, pixels);
        lock (_lock)
        {
            if (pixels.Length <= maximumBytes && _images.TryAdd((image, format), pixels))
            {
                _ages.Enqueue((image, format));
                _bytes += pixels.Length;
                while (_bytes > maximumBytes && _images.TryRemove(_ages.Dequeue(), out byte[]? oldest))
                {
                    _bytes -= oldest.Length;
                }
            }
        }

        return pixels;
    }
}
