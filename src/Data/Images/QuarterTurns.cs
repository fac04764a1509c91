namespace S2M.Data.Images;

/// <summary>Rotation by quarter turns, counterclockwise; exact.</summary>
public static class QuarterTurns
{
    // Every byte divided by 255: a division per pixel is most of the work otherwise.
    private static readonly float[] Scaled = [.. Enumerable.Range(0, 256).Select(static value => value / 255f)];

    /// <summary>Writes a turned image, scaled to [0, 1].</summary>
    /// <param name="pixels"><see cref="ImageFormat.PixelCount"/> bytes, channel by channel, row by row.</param>
    /// <param name="format">Their format.</param>
    /// <param name="quarterTurns">Counterclockwise quarter turns, 0 to 3.</param>
    /// <param name="turned">Receives as many values: the byte divided by 255.</param>
    /// <exception cref="ArgumentException">A length or the number of turns is out of range.</exception>
    public static void Turn(ReadOnlySpan<byte> pixels, ImageFormat format, int quarterTurns, Span<float> turned)
    {
        if (pixels.Length != format.PixelCount || turned.Length != format.PixelCount || quarterTurns is < 0 or > 3)
        {
            throw new ArgumentException(
                $"turn: expected {format.PixelCount} pixels and 0 to 3 turns, got {pixels.Length}, {turned.Length} and {quarterTurns}; correct the call");
        }

        int area = format.Size * format.Size;
        for (int plane = 0; plane < format.Channels; plane++)
        {
            TurnPlane(pixels.Slice(plane * area, area), format.Size, quarterTurns, turned.Slice(plane * area, area));
        }
    }

    // Each row of the result is a straight walk over the source: where it starts, and how far apart its pixels are.
    private static void TurnPlane(ReadOnlySpan<byte> pixels, int size, int quarterTurns, Span<float> turned)
    {
        float[] scaled = Scaled;
        int last = size - 1;
        for (int row = 0; row < size; row++)
        {
            (int from, int step) = quarterTurns switch
            {
                0 => (row * size, 1),
                1 => (last - row, size),
                2 => (((last - row) * size) + last, -1),
                _ => ((last * size) + row, -size),
            };
            Span<float> line = turned.Slice(row * size, size);
            for (int column = 0; column < line.Length; column++)
            {
                line[column] = scaled[pixels[from]];
                from += step;
            }
        }
    }
}
