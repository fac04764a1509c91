namespace S2M.Data.Images;

/// <summary>What images are decoded to.</summary>
/// <param name="Size">Height and width in pixels, 1 to 1024.</param>
/// <param name="Channels">1 (grey) or 3 (red, green, blue).</param>
/// <param name="Ink">Whether dark strokes on light ground are turned into bright strokes on black (255 - value), as for handwriting.</param>
public readonly record struct ImageFormat(int Size, int Channels, bool Ink)
{
    /// <summary>Bytes of a decoded image: channels x size x size.</summary>
    public int PixelCount => Channels * Size * Size;
}
