namespace S2M.Data.Glyphs;

/// <summary>A point of a character or drawing: x to the right, y downwards.</summary>
/// <param name="X">Horizontal coordinate.</param>
/// <param name="Y">Vertical coordinate.</param>
internal readonly record struct GlyphPoint(double X, double Y)
{
    /// <summary>Euclidean distance to another point.</summary>
    public double DistanceTo(GlyphPoint other)
    {
        double dx = X - other.X;
        double dy = Y - other.Y;
        return Math.Sqrt((dx * dx) + (dy * dy));
    }
}
