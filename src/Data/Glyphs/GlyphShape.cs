namespace S2M.Data.Glyphs;

/// <summary>
/// What is left of a character or drawing without its position, its size, the width of its pen, and the order and direction of its strokes: points
/// at equal steps along the ink, their mean at the origin and their root mean square distance from it 1, each with the line it lies on. Shapes are
/// compared by the symmetric chamfer distance (Barrow et al. 1977) over places and lines.
/// </summary>
internal sealed class GlyphShape
{
    /// <summary>Points of a shape.</summary>
    public const int Count = 40;

    // What a right angle between two lines counts, as a distance between their points.
    private const double RightAngle = 0.6;

    private readonly double[] _x = new double[Count];
    private readonly double[] _y = new double[Count];

    // The unit vector along the ink.
    private readonly double[] _alongX = new double[Count];
    private readonly double[] _alongY = new double[Count];

    private GlyphShape()
    {
    }

    /// <summary>Reads the shape off the ink.</summary>
    /// <param name="polylines">The strokes; their total length is above 0.</param>
    public static GlyphShape Of(IReadOnlyList<GlyphPoint[]> polylines)
    {
        double total = 0;
        foreach (GlyphPoint[] line in polylines)
        {
            total += Length(line);
        }

        var shape = new GlyphShape();
        double step = total / Count;
        double next = step / 2;
        double passed = 0;
        int filled = 0;
        foreach (GlyphPoint[] line in polylines)
        {
            for (int i = 1; i < line.Length; i++)
            {
                double length = line[i - 1].DistanceTo(line[i]);
                while (length > 0 && filled < Count && next <= passed + length)
                {
                    double t = (next - passed) / length;
                    shape._x[filled] = line[i - 1].X + (t * (line[i].X - line[i - 1].X));
                    shape._y[filled] = line[i - 1].Y + (t * (line[i].Y - line[i - 1].Y));
                    shape._alongX[filled] = (line[i].X - line[i - 1].X) / length;
                    shape._alongY[filled] = (line[i].Y - line[i - 1].Y) / length;
                    filled++;
                    next += step;
                }

                passed += length;
            }
        }

        shape.Normalize();
        return shape;
    }

    /// <summary>The shape after a counterclockwise quarter turn.</summary>
    public GlyphShape Turn()
    {
        var turned = new GlyphShape();
        for (int i = 0; i < Count; i++)
        {
            turned._x[i] = _y[i];
            turned._y[i] = -_x[i];
            turned._alongX[i] = _alongY[i];
            turned._alongY[i] = -_alongX[i];
        }

        return turned;
    }

    /// <summary>
    /// Half the mean distance from this shape's points to the nearest point of the other, plus half the same the other way round; in units of the
    /// root mean square radius. The squared distance of two points is that of their places plus 0.36 times the squared sine between their lines.
    /// </summary>
    /// <param name="other">The other shape.</param>
    /// <param name="enough">Where to stop: a distance found to be above this is returned as infinity.</param>
    public double DistanceTo(GlyphShape other, double enough = double.PositiveInfinity)
    {
        double most = enough * 2 * Count;
        double sum = 0;
        Span<double> nearest = stackalloc double[Count];
        nearest.Fill(double.PositiveInfinity);
        for (int i = 0; i < Count; i++)
        {
            double best = double.PositiveInfinity;
            for (int j = 0; j < Count; j++)
            {
                double dx = _x[i] - other._x[j];
                double dy = _y[i] - other._y[j];
                double sine = (_alongX[i] * other._alongY[j]) - (_alongY[i] * other._alongX[j]);
                double square = (dx * dx) + (dy * dy) + (RightAngle * RightAngle * sine * sine);
                best = square < best ? square : best;
                nearest[j] = square < nearest[j] ? square : nearest[j];
            }

            sum += Math.Sqrt(best);
            if (sum > most)
            {
                return double.PositiveInfinity;
            }
        }

        foreach (double square in nearest)
        {
            sum += Math.Sqrt(square);
        }

        return sum > most ? double.PositiveInfinity : sum / (2 * Count);
    }

    private static double Length(GlyphPoint[] line)
    {
        double length = 0;
        for (int i = 1; i < line.Length; i++)
        {
            length += line[i - 1].DistanceTo(line[i]);
        }

        return length;
    }

    private void Normalize()
    {
        (double meanX, double meanY) = (Mean(_x), Mean(_y));
        double squares = 0;
        for (int i = 0; i < Count; i++)
        {
            _x[i] -= meanX;
            _y[i] -= meanY;
            squares += (_x[i] * _x[i]) + (_y[i] * _y[i]);
        }

        double radius = Math.Sqrt(squares / Count);
        for (int i = 0; i < Count; i++)
        {
            _x[i] /= radius;
            _y[i] /= radius;
        }
    }

    private static double Mean(double[] values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return sum / Count;
    }
}
