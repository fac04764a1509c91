namespace S2M.Data.Images;

/// <summary>
/// Images of a data set, decoded to one format on first use and kept while they fit. Safe for concurrent use: two threads may decode the same
/// image, with the same result.
/// </summary>
public sealed class DecodedImages
{
    private readonly IDataSet _dataSet;
    private readonly byte[]?[] _images;
    private long _freeBytes;

    /// <summary>Makes an empty cache.</summary>
    /// <param name="dataSet">Where images come from; not disposed here.</param>
    /// <param name="format">What they are decoded to.</param>
    /// <param name="maximumBytes">Bytes of pixels that are kept; images beyond are decoded each time.</param>
    public DecodedImages(IDataSet dataSet, ImageFormat format, long maximumBytes = 4L << 30)
    {
        _dataSet = dataSet;
        Format = format;
        _images = new byte[dataSet.ImageCount][];
        _freeBytes = maximumBytes;
    }

    /// <summary>What images are decoded to.</summary>
    public ImageFormat Format { get; }

    /// <summary>An image's pixels, channel by channel, row by row.</summary>
    /// <param name="image">Index of the image in its data set.</param>
    /// <exception cref="DataException">The image cannot be read; the message names it.</exception>
    public ReadOnlySpan<byte> Get(int image)
    {
        byte[]? pixels = Volatile.Read(ref _images[image]);
        if (pixels is null)
        {
            pixels = new byte[Format.PixelCount];
            _dataSet.Decode(image, Format, pixels);
            if (Interlocked.Add(ref _freeBytes, -pixels.Length) >= 0)
            {
                Volatile.Write(ref _images[image], pixels);
            }
            else
            {
                Interlocked.Add(ref _freeBytes, pixels.Length);
            }
        }

        return pixels;
    }
}
