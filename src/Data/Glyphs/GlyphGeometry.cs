namespace S2M.Data.Glyphs;

/// <summary>Distances from a point to ink.</summary>
internal static class GlyphGeometry
{
    /// <summary>Distance from a point to a chain of straight pieces.</summary>
    public static double Distance(GlyphPoint point, GlyphPoint[] line)
    {
        double nearest = double.PositiveInfinity;
        for (int i = 1; i < line.Length; i++)
        {
            nearest = Math.Min(nearest, SquaredDistance(point, line[i - 1], line[i]));
        }

        return Math.Sqrt(nearest);
    }

    /// <summary>Squared distance from a point to the straight piece between two others.</summary>
    public static double SquaredDistance(GlyphPoint point, GlyphPoint from, GlyphPoint to)
    {
        double dx = to.X - from.X;
        double dy = to.Y - from.Y;
        double length = (dx * dx) + (dy * dy);
        double along = ((point.X - from.X) * dx) + ((point.Y - from.Y) * dy);
        double t = length > 0 ? Math.Clamp(along / length, 0, 1) : 0;
        double x = point.X - from.X - (t * dx);
        double y = point.Y - from.Y - (t * dy);
        return (x * x) + (y * y);
    }
}
