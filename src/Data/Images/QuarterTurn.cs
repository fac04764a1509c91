namespace S2M.Data.Images;

/// <summary>Turns decoded images counterclockwise.</summary>
public static class QuarterTurn
{
    /// <summary>Writes a turned copy.</summary>
    /// <param name="pixels">The image, channel by channel, row by row.</param>
    /// <param name="format">Its format; images are square.</param>
    /// <param name="quarterTurns">0 to 3.</param>
    /// <param name="turned">Receives the copy, of the same length; must not overlap <paramref name="pixels"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">More than three quarter turns, or fewer than none.</exception>
    public static void Apply(ReadOnlySpan<byte> pixels, ImageFormat format, int quarterTurns, Span<byte> turned)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(quarterTurns);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quarterTurns, 3);
        int size = format.Size;
        int last = size - 1;
        for (int channel = 0; channel < format.Channels; channel++)
        {
            ReadOnlySpan<byte> from = pixels.Slice(channel * size * size, size * size);
            Span<byte> to = turned.Slice(channel * size * size, size * size);
            for (int row = 0; row < size; row++)
            {
                for (int column = 0; column < size; column++)
                {
                    to[(row * size) + column] = quarterTurns switch
                    {
                        0 => from[(row * size) + column],
                        1 => from[(column * size) + last - row],
                        2 => from[((last - row) * size) + last - column],
                        _ => from[((last - column) * size) + row],
                    };
                }
            }
        }
    }
}
