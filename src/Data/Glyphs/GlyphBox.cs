namespace S2M.Data.Glyphs;

/// <summary>The smallest upright rectangle around ink.</summary>
internal readonly record struct GlyphBox(double Left, double Top, double Right, double Bottom)
{
    /// <summary>Its extent from left to right.</summary>
    public double Width => Right - Left;

    /// <summary>Its extent from top to bottom.</summary>
    public double Height => Bottom - Top;

    /// <summary>Its middle.</summary>
    public GlyphPoint Center => new((Left + Right) / 2, (Top + Bottom) / 2);

    /// <summary>The rectangle around chains of points.</summary>
    /// <param name="polylines">At least one point in all.</param>
    public static GlyphBox Around(IEnumerable<GlyphPoint[]> polylines)
    {
        var box = new GlyphBox(double.PositiveInfinity, double.PositiveInfinity, double.NegativeInfinity, double.NegativeInfinity);
        foreach (GlyphPoint[] line in polylines)
        {
            foreach (GlyphPoint point in line)
            {
                box = new GlyphBox(Math.Min(box.Left, point.X), Math.Min(box.Top, point.Y), Math.Max(box.Right, point.X), Math.Max(box.Bottom, point.Y));
            }
        }

        return box;
    }
}
