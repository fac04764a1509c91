using S2M.Numerics.Portable;
using S2M.Numerics.Randomness;

namespace S2M.Data.Glyphs;

/// <summary>Invents characters as scripts do: a few bars, bows, hooks, waves, angles and rings that lean on each other.</summary>
/// <param name="random">Where the choices come from.</param>
internal sealed class GlyphInventor(PhiloxRandom random)
{
    private const double LeastSide = 1.1;
    private const double ClosestStrokes = 0.22;
    private const int RingControls = 8;

    // Of 16 characters: how many have 2, 3, 4 and 5 strokes.
    private static readonly int[] StrokeCounts = [2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5];

    /// <summary>Draws a character.</summary>
    /// <returns>The character, or null where the draw is no good: too slim, or two strokes over each other.</returns>
    public GlyphCharacter? Invent()
    {
        int count = StrokeCounts[random.NextInt32(StrokeCounts.Length)];
        var strokes = new List<GlyphStroke>(count);
        var ink = new List<GlyphPoint[]>(count);
        for (int i = 0; i < count; i++)
        {
            GlyphStroke stroke = Stroke(ink, first: i == 0);
            GlyphPoint[] line = stroke.Polyline();
            if (ink.Exists(other => Covers(other, line) || Covers(line, other)))
            {
                return null;
            }

            strokes.Add(stroke);
            ink.Add(line);
        }

        GlyphBox box = GlyphBox.Around(ink);
        return Math.Min(box.Width, box.Height) < LeastSide / 2 * Math.Max(box.Width, box.Height) ? null : GlyphCharacter.Fit(strokes);
    }

    /// <summary>Draws strokes without regard to each other.</summary>
    public GlyphCharacter Scribble()
    {
        int count = StrokeCounts[random.NextInt32(StrokeCounts.Length)];
        return GlyphCharacter.Fit([.. Enumerable.Range(0, count).Select(_ => Stroke([], first: false))]);
    }

    private GlyphStroke Stroke(List<GlyphPoint[]> ink, bool first)
    {
        int kind = random.NextInt32(first ? 10 : 12);
        if (kind >= 10)
        {
            return Ring();
        }

        double least = first ? 1.2 : 0.6;
        GlyphPoint start = Start(ink);
        GlyphPoint end = Place();
        while (start.DistanceTo(end) < least)
        {
            (start, end) = (Start(ink), Place());
        }

        double side = random.NextInt32(2) == 0 ? -1 : 1;
        double size = random.NextDouble();
        return kind switch
        {
            0 or 1 or 2 => Curve(start, end, (0.5, 0.05 * side)),
            3 or 4 => Curve(start, end, (0.25, (0.2 + (0.2 * size)) * side), (0.75, (0.2 + (0.2 * size)) * side)),
            5 or 6 => Curve(start, end, (0.5, 0), (1, 0), (1.05, (0.2 + (0.15 * size)) * side), (0.8, (0.3 + (0.2 * size)) * side)),
            7 => Curve(start, end, (0.25, (0.2 + (0.15 * size)) * side), (0.75, (-0.2 - (0.15 * size)) * side)),
            8 => Angle(start, end, (0.5, (0.35 + (0.35 * size)) * side)),
            _ => Angle(start, end, (0.3 + (0.1 * size), 0.4 * side), (0.6 + (0.1 * size), -0.4 * side)),
        };
    }

    /// <summary>A curve between two points through others, given along and across the way; one beyond the end replaces the end.</summary>
    private static GlyphStroke Curve(GlyphPoint start, GlyphPoint end, params ReadOnlySpan<(double Along, double Across)> way)
    {
        var controls = new List<GlyphPoint> { start };
        bool closed = false;
        foreach ((double along, double across) in way)
        {
            controls.Add(Beside(start, end, along, across));
            closed |= along >= 1;
        }

        if (!closed)
        {
            controls.Add(end);
        }

        return new GlyphStroke([.. controls], Angular: false);
    }

    private static GlyphStroke Angle(GlyphPoint start, GlyphPoint end, params ReadOnlySpan<(double Along, double Across)> corners) =>
        Curve(start, end, corners) with { Angular = true };

    private static GlyphPoint Beside(GlyphPoint start, GlyphPoint end, double along, double across)
    {
        double dx = end.X - start.X;
        double dy = end.Y - start.Y;
        return new GlyphPoint(start.X + (along * dx) - (across * dy), start.Y + (along * dy) + (across * dx));
    }

    private GlyphStroke Ring()
    {
        GlyphPoint center = Place();
        double width = 0.25 + (0.35 * random.NextDouble());
        double height = 0.25 + (0.35 * random.NextDouble());
        double start = 2 * Math.PI * random.NextDouble();
        double sweep = 2 * Math.PI * (0.75 + (0.27 * random.NextDouble()));
        var controls = new GlyphPoint[RingControls];
        for (int i = 0; i < RingControls; i++)
        {
            double angle = start + (sweep * i / (RingControls - 1));
            controls[i] = new GlyphPoint(center.X + (width * PortableMath.Cos(angle)), center.Y + (height * PortableMath.Sin(angle)));
        }

        return new GlyphStroke(controls, Angular: false);
    }

    /// <summary>Where a stroke begins: mostly on the ink (an end or somewhere along it), otherwise anywhere.</summary>
    private GlyphPoint Start(List<GlyphPoint[]> ink)
    {
        if (ink.Count == 0 || random.NextInt32(10) < 3)
        {
            return Place();
        }

        GlyphPoint[] line = ink[random.NextInt32(ink.Count)];
        return random.NextInt32(4) switch
        {
            0 => line[0],
            1 => line[^1],
            _ => line[random.NextInt32(line.Length)],
        };
    }

    /// <summary>A place of the writing grid, five by five, not hit exactly.</summary>
    private GlyphPoint Place() => new(Coordinate(), Coordinate());

    private double Coordinate() => (0.5 * (random.NextInt32(5) - 2)) + (0.2 * (random.NextDouble() - 0.5));

    /// <summary>Whether most of a stroke lies along another.</summary>
    private static bool Covers(GlyphPoint[] cover, GlyphPoint[] line)
    {
        GlyphPoint[] points = Spread(line);
        int near = 0;
        foreach (GlyphPoint point in points)
        {
            near += GlyphGeometry.Distance(point, cover) < ClosestStrokes ? 1 : 0;
        }

        return 2 * near > points.Length;
    }

    /// <summary>Points along each piece of a chain, so that long pieces count more.</summary>
    private static GlyphPoint[] Spread(GlyphPoint[] line)
    {
        var points = new List<GlyphPoint>();
        for (int i = 1; i < line.Length; i++)
        {
            int steps = 1 + (int)(line[i - 1].DistanceTo(line[i]) * 10);
            for (int step = 0; step < steps; step++)
            {
                double t = (step + 0.5) / steps;
                points.Add(new GlyphPoint(line[i - 1].X + (t * (line[i].X - line[i - 1].X)), line[i - 1].Y + (t * (line[i].Y - line[i - 1].Y))));
            }
        }

        return [.. points];
    }
}
