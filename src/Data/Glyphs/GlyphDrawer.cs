using S2M.Numerics.Portable;
using S2M.Numerics.Randomness;

namespace S2M.Data.Glyphs;

/// <summary>A person who draws every character once: with a slant, a width, a size and a pen of their own, and an unsteady hand.</summary>
internal sealed class GlyphDrawer
{
    // Streams of characters have their attempt as second coordinate, far below these.
    private const uint DrawerStream = 0x8000_0000;
    private const uint DrawingStream = 0x4000_0000;
    private const double LargestExtent = 1.72;

    private readonly ulong _seed;
    private readonly uint _index;
    private readonly double _slant;
    private readonly double _aspect;
    private readonly double _scale;
    private readonly double _penRadius;

    /// <summary>Meets a drawer.</summary>
    /// <param name="seed">The seed of the alphabet.</param>
    /// <param name="index">Index of the drawer, which is the index of the drawing within its character.</param>
    public GlyphDrawer(ulong seed, int index)
    {
        _seed = seed;
        _index = (uint)index;
        var random = new PhiloxRandom(seed, RandomPurpose.Glyphs, _index, DrawerStream);
        _slant = Limited(random) * GlyphHand.DrawerSlant;
        _aspect = PortableMath.Exp(Limited(random) * GlyphHand.DrawerAspect);
        _scale = 0.65 + (0.12 * random.NextDouble());
        _penRadius = 0.065 + (0.05 * random.NextDouble());
    }

    /// <summary>Draws a character onto the unit square.</summary>
    /// <param name="character">The character.</param>
    /// <param name="index">Its index in the alphabet.</param>
    public GlyphDrawing Draw(GlyphCharacter character, int index)
    {
        var random = new PhiloxRandom(_seed, RandomPurpose.Glyphs, (uint)index, DrawingStream + _index);
        double turn = Limited(random) * GlyphHand.Turn;
        double slant = _slant + (Limited(random) * GlyphHand.Slant);
        double aspect = _aspect * PortableMath.Exp(Limited(random) * GlyphHand.Aspect);
        double scale = _scale * PortableMath.Exp(Limited(random) * GlyphHand.Scale);
        double penRadius = _penRadius * PortableMath.Exp(Limited(random) * GlyphHand.Pen);
        var strokes = new GlyphPoint[character.Strokes.Count][];
        (double sin, double cos) = (PortableMath.Sin(turn), PortableMath.Cos(turn));
        for (int i = 0; i < strokes.Length; i++)
        {
            GlyphStroke stroke = character.Strokes[i];
            var moved = new GlyphPoint(Limited(random) * GlyphHand.StrokeShift, Limited(random) * GlyphHand.StrokeShift);
            var controls = new GlyphPoint[stroke.Controls.Length];
            for (int j = 0; j < controls.Length; j++)
            {
                double x = stroke.Controls[j].X + moved.X + (Limited(random) * GlyphHand.Jitter);
                double y = stroke.Controls[j].Y + moved.Y + (Limited(random) * GlyphHand.Jitter);
                x = (x - (slant * y)) * aspect;
                y /= aspect;
                controls[j] = new GlyphPoint(scale * ((cos * x) - (sin * y)), scale * ((sin * x) + (cos * y)));
            }

            strokes[i] = (stroke with { Controls = controls }).Polyline();
        }

        double right = (2 * random.NextDouble()) - 1;
        double down = (2 * random.NextDouble()) - 1;
        return Place(strokes, scale * penRadius, right, down);
    }

    /// <summary>Sets the strokes down near the middle, whole: what is larger than the sheet shrinks, what would stick out moves in.</summary>
    private static GlyphDrawing Place(GlyphPoint[][] strokes, double penRadius, double right, double down)
    {
        GlyphBox box = GlyphBox.Around(strokes);
        double shrink = Math.Min(1, LargestExtent / Math.Max(box.Width, box.Height));
        double roomX = Math.Min(GlyphHand.Shift, 0.95 - penRadius - (shrink * box.Width / 2));
        double roomY = Math.Min(GlyphHand.Shift, 0.95 - penRadius - (shrink * box.Height / 2));
        GlyphPoint center = box.Center;
        foreach (GlyphPoint[] stroke in strokes)
        {
            for (int i = 0; i < stroke.Length; i++)
            {
                stroke[i] = new GlyphPoint(
                    (shrink * (stroke[i].X - center.X)) + (right * Math.Max(roomX, 0)),
                    (shrink * (stroke[i].Y - center.Y)) + (down * Math.Max(roomY, 0)));
            }
        }

        return new GlyphDrawing(strokes, penRadius);
    }

    /// <summary>Standard normal, cut at two.</summary>
    private static double Limited(PhiloxRandom random) => Math.Clamp(random.NextNormal(), -2, 2);
}
