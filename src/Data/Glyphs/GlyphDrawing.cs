namespace S2M.Data.Glyphs;

/// <summary>A character drawn on a sheet that reaches from -1 to 1 in both directions.</summary>
/// <param name="Strokes">The way of the pen.</param>
/// <param name="PenRadius">Half the width of a stroke.</param>
internal sealed record GlyphDrawing(GlyphPoint[][] Strokes, double PenRadius)
{
    /// <summary>
    /// Renders the drawing: a pixel's ink is 1 within the pen's radius of the way and falls to 0 over the width of a pixel, by the distance of the
    /// pixel's center.
    /// </summary>
    /// <param name="size">Height and width in pixels.</param>
    /// <param name="ink">Receives size x size bytes, row by row: 0 blank, 255 ink.</param>
    public void Render(int size, Span<byte> ink)
    {
        double half = size / 2.0;
        double radius = PenRadius * half;
        double reach = radius + 0.5;
        double[] nearest = new double[size * size];
        Array.Fill(nearest, reach * reach);
        foreach (GlyphPoint[] stroke in Strokes)
        {
            for (int i = 1; i < stroke.Length; i++)
            {
                Mark(nearest, size, reach, OnSheet(stroke[i - 1], half), OnSheet(stroke[i], half));
            }
        }

        for (int i = 0; i < nearest.Length; i++)
        {
            double coverage = Math.Clamp(reach - Math.Sqrt(nearest[i]), 0, 1);
            ink[i] = (byte)((255 * coverage) + 0.5);
        }
    }

    private static void Mark(double[] nearest, int size, double reach, GlyphPoint from, GlyphPoint to)
    {
        int left = FirstPixel(Math.Min(from.X, to.X) - reach);
        int top = FirstPixel(Math.Min(from.Y, to.Y) - reach);
        int right = Math.Min(size - 1, (int)(Math.Max(from.X, to.X) + reach));
        int bottom = Math.Min(size - 1, (int)(Math.Max(from.Y, to.Y) + reach));
        for (int row = top; row <= bottom; row++)
        {
            for (int column = left; column <= right; column++)
            {
                double square = GlyphGeometry.SquaredDistance(new GlyphPoint(column + 0.5, row + 0.5), from, to);
                ref double known = ref nearest[(row * size) + column];
                known = square < known ? square : known;
            }
        }
    }

    private static int FirstPixel(double coordinate) => Math.Max(0, (int)coordinate);

    private static GlyphPoint OnSheet(GlyphPoint point, double half) => new((point.X + 1) * half, (point.Y + 1) * half);
}
