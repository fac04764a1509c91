namespace S2M.Data.Images.Decoding;

/// <summary>
/// Resizes by area, exactly: every output pixel is the mean of the input weighted by overlap, in integers, rounded half up. A picture that is
/// not square is first padded to one by repeating its edge pixels (docs/maths.md, 8); the padding is weight on the edges, never memory.
/// </summary>
internal static class AreaResize
{
    /// <summary>Resizes one channel.</summary>
    /// <param name="source">Width x height values, row by row.</param>
    /// <param name="width">Pixels in a row, 1 to 65,535.</param>
    /// <param name="height">Rows, 1 to 65,535.</param>
    /// <param name="destination">Receives size x size values, row by row.</param>
    /// <param name="size">Height and width of the result.</param>
    public static void Resize(ReadOnlySpan<byte> source, int width, int height, Span<byte> destination, int size)
    {
        int side = Math.Max(width, height);
        Overlap[] columns = Overlaps(width, side, size);
        Overlap[] rows = Overlaps(height, side, size);
        long[] line = new long[size];
        long[] sums = new long[size * size];
        int nextRow = 0;
        for (int y = 0; y < height; y++)
        {
            Array.Clear(line);
            ReadOnlySpan<byte> pixels = source.Slice(y * width, width);
            foreach (Overlap column in columns)
            {
                line[column.Cell] += column.Weight * pixels[column.Pixel];
            }

            for (; nextRow < rows.Length && rows[nextRow].Pixel == y; nextRow++)
            {
                Span<long> sum = sums.AsSpan(rows[nextRow].Cell * size, size);
                for (int x = 0; x < size; x++)
                {
                    sum[x] += rows[nextRow].Weight * line[x];
                }
            }
        }

        long area = (long)side * side;
        for (int i = 0; i < sums.Length; i++)
        {
            destination[i] = (byte)(((2 * sums[i]) + area) / (2 * area));
        }
    }

    // In units of 1/size of a pixel, cell i covers [i side, (i + 1) side) and padded pixel v covers [v size, (v + 1) size); a cell's weights add up to side.
    private static Overlap[] Overlaps(int pixels, int side, int size)
    {
        var overlaps = new List<Overlap>(pixels + size);
        int before = (side - pixels) / 2;
        for (int pixel = 0; pixel < pixels; pixel++)
        {
            long first = (pixel == 0 ? 0 : pixel + before) * (long)size;
            long end = (pixel == pixels - 1 ? side : pixel + before + 1) * (long)size;
            for (long cell = first / side; cell * side < end; cell++)
            {
                overlaps.Add(new Overlap(pixel, (int)cell, Math.Min(end, (cell + 1) * side) - Math.Max(first, cell * side)));
            }
        }

        return [.. overlaps];
    }

    private readonly record struct Overlap(int Pixel, int Cell, long Weight);
}
