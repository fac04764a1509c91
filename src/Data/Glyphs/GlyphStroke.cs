namespace S2M.Data.Glyphs;

/// <summary>One movement of the pen: control points and how they are joined.</summary>
/// <param name="Controls">The control points in writing order, at least two.</param>
/// <param name="Angular">Whether they are joined by straight lines; otherwise by a Catmull-Rom spline through all of them.</param>
internal sealed record GlyphStroke(GlyphPoint[] Controls, bool Angular)
{
    private const int PiecesPerSpan = 6;

    /// <summary>The stroke as a chain of straight pieces.</summary>
    public GlyphPoint[] Polyline()
    {
        if (Angular)
        {
            return Controls;
        }

        var points = new GlyphPoint[((Controls.Length - 1) * PiecesPerSpan) + 1];
        points[0] = Controls[0];
        for (int span = 0; span < Controls.Length - 1; span++)
        {
            // Beyond its ends the stroke goes on as its own mirror image.
            (GlyphPoint from, GlyphPoint to) = (Controls[span], Controls[span + 1]);
            GlyphPoint before = span > 0 ? Controls[span - 1] : Mirror(from, to);
            GlyphPoint after = span + 2 < Controls.Length ? Controls[span + 2] : Mirror(to, from);
            for (int piece = 1; piece <= PiecesPerSpan; piece++)
            {
                double t = (double)piece / PiecesPerSpan;
                points[(span * PiecesPerSpan) + piece] = new GlyphPoint(
                    Spline(before.X, from.X, to.X, after.X, t),
                    Spline(before.Y, from.Y, to.Y, after.Y, t));
            }
        }

        return points;
    }

    private static GlyphPoint Mirror(GlyphPoint center, GlyphPoint point) => new((2 * center.X) - point.X, (2 * center.Y) - point.Y);

    // The uniform cubic of Catmull and Rom (1974), tension 1/2, between b (t = 0) and c (t = 1).
    private static double Spline(double a, double b, double c, double d, double t)
    {
        double cubic = (3 * (b - c)) + d - a;
        double square = (2 * a) - (5 * b) + (4 * c) - d;
        return b + (t / 2 * (c - a + (t * (square + (t * cubic)))));
    }
}
