namespace S2M.Data.Images;

/// <summary>Rotation by quarter turns, counterclockwise; exact.</summary>
public static class QuarterTurns
{
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

        int size = format.Size;
        int last = size - 1;
        for (int i = 0; i < turned.Length; i++)
        {
            (int plane, int row, int column) = (i / (size * size), i / size % size, i % size);
            (int fromRow, int fromColumn) = quarterTurns switch
            {
                0 => (row, column),
                1 => (column, last - row),
                2 => (last - row, last - column),
                _ => (last - column, row),
            };
            turned[i] = pixels[(((plane * size) + fromRow) * size) + fromColumn] / 255f;
        }
    }
}
