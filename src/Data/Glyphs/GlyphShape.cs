namespace S2M.Data.Glyphs;

/// <summary>
/// What is left of a character or drawing without what a hand changes as a whole: position, size, width over height, slant, width of the pen,
/// order and direction of strokes. Points at equal steps along the ink, their mean at the origin, their root mean square distance from it 1, each
/// with the line it lies on. Shapes are compared by the symmetric chamfer distance (Barrow et al. 1977) over places and lines.
/// </summary>
internal sealed class GlyphShape
{
    /// <summary>Points of a shape.</summary>
    public const int Count = 40;

    // What a right angle between two lines counts, as a squared distance between their points.
    private const double RightAngle = 0.36;

    // Part of the variance that a straight line is taken to have across.
    private const double Thickness = 1e-3;

    // Squared distances are compared with each lean of the other: straight, and one and two tenths of a radian to both sides.
    private static readonly (double Cos, double Sin)[] LeanAngles = [.. Leans()];

    private readonly Dot[] _dots;
    private readonly Lazy<Dot[][]> _leaning;

    private GlyphShape(Dot[] dots)
    {
        _dots = dots;
        _leaning = new Lazy<Dot[][]>(() => [.. LeanAngles.Select(lean => Array.ConvertAll(_dots, dot => dot.Turn(lean.Cos, lean.Sin)))]);
    }

    /// <summary>Reads the shape off the ink.</summary>
    /// <param name="polylines">The strokes; their total length is above 0.</param>
    public static GlyphShape Of(IReadOnlyList<GlyphPoint[]> polylines)
    {
        Dot[] dots = Walk(Whiten(polylines));
        double meanX = 0;
        double meanY = 0;
        foreach (Dot dot in dots)
        {
            meanX += dot.X / Count;
            meanY += dot.Y / Count;
        }

        double variance = 0;
        foreach (Dot dot in dots)
        {
            variance += (((dot.X - meanX) * (dot.X - meanX)) + ((dot.Y - meanY) * (dot.Y - meanY))) / Count;
        }

        double radius = Math.Sqrt(variance);
        return new GlyphShape(Array.ConvertAll(dots, dot => dot with { X = (dot.X - meanX) / radius, Y = (dot.Y - meanY) / radius }));
    }

    /// <summary>The shape after a counterclockwise quarter turn.</summary>
    public GlyphShape Turn() => new(Array.ConvertAll(_dots, static dot => dot.Turn(0, 1)));

    /// <summary>
    /// The root mean square distance from a point of either shape to the nearest of the other, in units of their radius, at the best of five small
    /// turns (0, 0.1 and 0.2 radians to both sides). The squared distance of two points is that of their places plus 0.36 times the squared sine
    /// between their lines.
    /// </summary>
    /// <param name="other">The other shape.</param>
    /// <param name="enough">Where to stop: a distance found to be above this is returned as infinity.</param>
    public double DistanceTo(GlyphShape other, double enough = double.PositiveInfinity)
    {
        double best = enough * enough * 2 * Count;
        bool found = false;
        foreach (Dot[] leaning in _leaning.Value)
        {
            double sum = SquaresBetween(leaning, other._dots, best);
            found |= sum <= best;
            best = sum < best ? sum : best;
        }

        return found ? Math.Sqrt(best / (2 * Count)) : double.PositiveInfinity;
    }

    // The sum over all points of both shapes; infinity once it is above most.
    private static double SquaresBetween(Dot[] left, Dot[] right, double most)
    {
        double sum = 0;
        Span<double> nearest = stackalloc double[Count];
        nearest.Fill(double.PositiveInfinity);
        foreach (Dot dot in left)
        {
            double best = double.PositiveInfinity;
            for (int j = 0; j < Count; j++)
            {
                ref Dot other = ref right[j];
                double dx = dot.X - other.X;
                double dy = dot.Y - other.Y;
                double sine = (dot.AlongX * other.AlongY) - (dot.AlongY * other.AlongX);
                double square = (dx * dx) + (dy * dy) + (RightAngle * sine * sine);
                best = square < best ? square : best;
                nearest[j] = square < nearest[j] ? square : nearest[j];
            }

            sum += best;
            if (sum > most)
            {
                return double.PositiveInfinity;
            }
        }

        foreach (double square in nearest)
        {
            sum += square;
        }

        return sum > most ? double.PositiveInfinity : sum;
    }

    // Multiplies the ink by the inverse square root of its covariance: equal spread in all directions, and no turn of its own.
    private static GlyphPoint[][] Whiten(IReadOnlyList<GlyphPoint[]> polylines)
    {
        (double xx, double xy, double yy) = Covariance(polylines);
        double ridge = Thickness * (xx + yy);
        (xx, yy) = (xx + ridge, yy + ridge);

        // The square root of a symmetric 2 x 2 matrix M is (M + sqrt(det M) I) / t (Cayley and Hamilton); its inverse up to a factor swaps the diagonal.
        double root = Math.Sqrt((xx * yy) - (xy * xy));
        (double a, double b, double d) = (yy + root, -xy, xx + root);
        return [.. polylines.Select(line => Array.ConvertAll(line, point => new GlyphPoint((a * point.X) + (b * point.Y), (b * point.X) + (d * point.Y))))];
    }

    // Of the ink as a thin wire: a straight piece has the moments of its middle, and a twelfth of its extent squared.
    private static (double XX, double XY, double YY) Covariance(IReadOnlyList<GlyphPoint[]> polylines)
    {
        (double mass, double x, double y, double xx, double xy, double yy) = (0, 0, 0, 0, 0, 0);
        foreach (GlyphPoint[] line in polylines)
        {
            for (int i = 1; i < line.Length; i++)
            {
                double length = line[i - 1].DistanceTo(line[i]);
                (double dx, double dy) = (line[i].X - line[i - 1].X, line[i].Y - line[i - 1].Y);
                (double middleX, double middleY) = ((line[i].X + line[i - 1].X) / 2, (line[i].Y + line[i - 1].Y) / 2);
                mass += length;
                x += length * middleX;
                y += length * middleY;
                xx += length * ((middleX * middleX) + (dx * dx / 12));
                xy += length * ((middleX * middleY) + (dx * dy / 12));
                yy += length * ((middleY * middleY) + (dy * dy / 12));
            }
        }

        (x, y) = (x / mass, y / mass);
        return ((xx / mass) - (x * x), (xy / mass) - (x * y), (yy / mass) - (y * y));
    }

    private static Dot[] Walk(GlyphPoint[][] polylines)
    {
        double step = polylines.Sum(Length) / Count;
        double next = step / 2;
        double passed = 0;
        var dots = new List<Dot>(Count);
        foreach (GlyphPoint[] line in polylines)
        {
            for (int i = 1; i < line.Length; i++)
            {
                (double dx, double dy) = (line[i].X - line[i - 1].X, line[i].Y - line[i - 1].Y);
                double length = line[i - 1].DistanceTo(line[i]);
                while (length > 0 && dots.Count < Count && next <= passed + length)
                {
                    double t = (next - passed) / length;
                    dots.Add(new Dot(line[i - 1].X + (t * dx), line[i - 1].Y + (t * dy), dx / length, dy / length));
                    next += step;
                }

                passed += length;
            }
        }

        return [.. dots];
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

    // Rational points of the circle near the angles, straight first: the commonest is tried first.
    private static IEnumerable<(double Cos, double Sin)> Leans()
    {
        yield return (1, 0);
        foreach (double half in (double[])[0.05, -0.05, 0.1, -0.1])
        {
            double scale = 1 + (half * half);
            yield return ((1 - (half * half)) / scale, 2 * half / scale);
        }
    }

    /// <summary>A point of the ink and the unit vector along it.</summary>
    private readonly record struct Dot(double X, double Y, double AlongX, double AlongY)
    {
        /// <summary>Turned counterclockwise on the sheet, whose y points down.</summary>
        public Dot Turn(double cos, double sin) => new(
            (cos * X) + (sin * Y), (cos * Y) - (sin * X), (cos * AlongX) + (sin * AlongY), (cos * AlongY) - (sin * AlongX));
    }
}
