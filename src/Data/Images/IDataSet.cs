using S2M.Data.Catalogs;

namespace S2M.Data.Images;

/// <summary>An immutable, versioned set of images in classes. Safe for concurrent use.</summary>
public interface IDataSet : IDisposable
{
    /// <summary>The name jobs use.</summary>
    string Name { get; }

    /// <summary><c>name@sha256</c>: the name and the hash of the manifest, lower-case hexadecimal.</summary>
    string Version { get; }

    /// <summary>The classes in ordinal order of their names; images of a class are consecutive, in ordinal order of their paths.</summary>
    IReadOnlyList<ImageClass> Classes { get; }

    /// <summary>How many images there are: the sum over the classes.</summary>
    int ImageCount { get; }

    /// <summary>Images that can be decoded besides those of the classes; null for a data set that has none.</summary>
    FurtherImages? Further => null;

    /// <summary>The path of an image inside its container, as the manifest has it.</summary>
    /// <param name="image">Index of the image, 0 to <see cref="ImageCount"/> - 1.</param>
    string PathOf(int image);

    /// <summary>SHA-256 of an image's contents, 64 lower-case hexadecimal digits: equal for equal images of one data set. Costs nothing once the data set is open.</summary>
    /// <param name="image">Index of the image, 0 to <see cref="ImageCount"/> - 1.</param>
    string HashOf(int image);

    /// <summary>Decodes an image and resizes it by area.</summary>
    /// <param name="image">Index of the image, 0 to <see cref="ImageCount"/> - 1, or of one of <see cref="Further"/>.</param>
    /// <param name="format">Size, channels and polarity to decode to.</param>
    /// <param name="pixels">Receives <see cref="ImageFormat.PixelCount"/> bytes, channel by channel, row by row.</param>
    /// <exception cref="DataException">The image cannot be read, is damaged, or its bytes are not those of the manifest; the message names it.</exception>
    void Decode(int image, ImageFormat format, Span<byte> pixels);
}
