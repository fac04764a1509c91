using System.Security.Cryptography;
using System.Text;
using S2M.Data.Catalogs;
using S2M.Data.Images;

namespace S2M.Data.Glyphs;

/// <summary>
/// The built-in data set <c>glyphs</c>: 400 invented characters, each drawn once by 20 drawers. Nothing is stored: characters and drawings are
/// functions of a fixed seed, the same bytes on every machine. Images are drawn at the size asked for; 28 is native.
/// </summary>
public sealed class GlyphDataSet : IDataSet
{
    /// <summary>The name jobs use.</summary>
    public const string DataSetName = "glyphs";

    /// <summary>How many characters (classes) there are.</summary>
    public const int CharacterCount = GlyphAlphabet.Count;

    /// <summary>How many drawings there are of each character.</summary>
    public const int DrawingCount = 20;

    private const int Revision = 2;
    private const int NativeSize = 28;
    private const int LargestSize = 1024;
    private const int ClutterCount = 1 << 16;

    private static readonly Lazy<GlyphDrawer[]> Drawers = new(static () => [.. Enumerable.Range(0, DrawingCount).Select(index => new GlyphDrawer(GlyphAlphabet.Seed, index))]);
    private static readonly Lazy<(string Version, string[] Images)> Hashes = new(Hash);

    /// <inheritdoc/>
    public string Name => DataSetName;

    /// <summary><c>glyphs@sha256</c>: the hash of a line that describes the set, then of all native images in order; 64 lower-case hexadecimal digits.</summary>
    public string Version => Hashes.Value.Version;

    /// <inheritdoc/>
    public IReadOnlyList<ImageClass> Classes { get; } =
        [.. Enumerable.Range(0, CharacterCount).Select(static index => new ImageClass($"glyph/character{index:D3}", index * DrawingCount, DrawingCount))];

    /// <inheritdoc/>
    public int ImageCount => CharacterCount * DrawingCount;

    /// <summary>Hybrids of two characters, by every drawer, and clutter.</summary>
    public FurtherImages Further { get; } = new(CharacterCount * DrawingCount, CharacterCount, DrawingCount, ClutterCount);

    /// <summary>The name of a drawing: that of its class, then the drawer, such as <c>glyph/character007/drawing03</c>.</summary>
    /// <param name="image">Index of the image, 0 to <see cref="ImageCount"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public string PathOf(int image)
    {
        CheckIndex(image);
        return $"{Classes[image / DrawingCount].Name}/drawing{image % DrawingCount:D2}";
    }

    /// <summary>SHA-256 of a drawing's pixels in native size as ink, 64 lower-case hexadecimal digits.</summary>
    /// <param name="image">Index of the image, 0 to <see cref="ImageCount"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public string HashOf(int image)
    {
        CheckIndex(image);
        return Hashes.Value.Images[image];
    }

    /// <summary>Draws an image at the size asked for.</summary>
    /// <param name="image">Index of the image, 0 to <see cref="ImageCount"/> - 1, or of one of <see cref="Further"/>.</param>
    /// <param name="format">Size, channels (all equal) and polarity: with <see cref="ImageFormat.Ink"/> bright strokes on black, otherwise black on white.</param>
    /// <param name="pixels">Receives <see cref="ImageFormat.PixelCount"/> bytes, channel by channel, row by row.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    /// <exception cref="ArgumentException">The format is out of range, or the length is not that of the format.</exception>
    public void Decode(int image, ImageFormat format, Span<byte> pixels)
    {
        CheckIndex(image, Further.End);
        if (format.Size is < 1 or > LargestSize || format.Channels is not (1 or 3) || pixels.Length != format.PixelCount)
        {
            throw new ArgumentException(
                $"format: expected a size of 1 to {LargestSize}, 1 or 3 channels and {format.PixelCount} bytes, got {format} and {pixels.Length} bytes; correct the request");
        }

        int area = format.Size * format.Size;
        Span<byte> plane = pixels[..area];
        (image < ImageCount ? DrawingOf(image) : FurtherDrawingOf(Further.Read(image))).Render(format.Size, plane);
        if (!format.Ink)
        {
            foreach (ref byte pixel in plane)
            {
                pixel = (byte)(255 - pixel);
            }
        }

        for (int channel = 1; channel < format.Channels; channel++)
        {
            plane.CopyTo(pixels.Slice(channel * area, area));
        }
    }

    /// <summary>Nothing is held.</summary>
    public void Dispose()
    {
    }

    private static GlyphDrawing DrawingOf(int image)
    {
        int character = image / DrawingCount;
        return Drawers.Value[image % DrawingCount].Draw(GlyphAlphabet.Characters[character], character);
    }

    // Characters that are no class have indices behind the alphabet's, so that no two drawings share a stream.
    private static GlyphDrawing FurtherDrawingOf((int FirstClass, int SecondClass, int Drawing) image)
    {
        const int Pairs = CharacterCount * CharacterCount;
        return image.FirstClass < 0
            ? Drawers.Value[image.Drawing % DrawingCount].Draw(GlyphAlphabet.Scribble(image.Drawing), CharacterCount + Pairs + image.Drawing)
            : Drawers.Value[image.Drawing].Draw(
                GlyphCharacter.Hybrid(GlyphAlphabet.Characters[image.FirstClass], GlyphAlphabet.Characters[image.SecondClass]),
                CharacterCount + (image.FirstClass * CharacterCount) + image.SecondClass);
    }

    private static (string Version, string[] Images) Hash()
    {
        using var version = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        version.AppendData(Encoding.UTF8.GetBytes(
            $"s2m-glyphs {Revision}: seed {GlyphAlphabet.Seed}, {CharacterCount} characters, {DrawingCount} drawings, {NativeSize} x {NativeSize} pixels of ink\n"));
        string[] images = new string[CharacterCount * DrawingCount];
        byte[] pixels = new byte[NativeSize * NativeSize];
        for (int image = 0; image < images.Length; image++)
        {
            DrawingOf(image).Render(NativeSize, pixels);
            version.AppendData(pixels);
            images[image] = Convert.ToHexStringLower(SHA256.HashData(pixels));
        }

        return ($"{DataSetName}@{Convert.ToHexStringLower(version.GetHashAndReset())}", images);
    }

    private void CheckIndex(int image) => CheckIndex(image, ImageCount);

    private static void CheckIndex(int image, int end)
    {
        if (image < 0 || image >= end)
        {
            throw new ArgumentOutOfRangeException(nameof(image), $"data set '{DataSetName}': expected an image of 0 to {end - 1}, got {image}; correct the index");
        }
    }
}
