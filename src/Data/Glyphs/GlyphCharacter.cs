namespace S2M.Data.Glyphs;

/// <summary>A character as its inventor means it: strokes that fill the square from -1 to 1 in their longer direction, centered.</summary>
/// <param name="Strokes">The strokes in writing order, 2 to 5.</param>
internal sealed record GlyphCharacter(IReadOnlyList<GlyphStroke> Strokes)
{
    /// <summary>Moves strokes to the middle and scales them to the square.</summary>
    /// <param name="strokes">At least one, of some extent.</param>
    public static GlyphCharacter Fit(IReadOnlyList<GlyphStroke> strokes)
    {
        GlyphBox box = GlyphBox.Around(strokes.Select(static stroke => stroke.Polyline()));
        double scale = 2 / Math.Max(box.Width, box.Height);
        GlyphPoint center = box.Center;
        return new GlyphCharacter(
            [.. strokes.Select(stroke => stroke with
            {
                Controls = [.. stroke.Controls.Select(point => new GlyphPoint((point.X - center.X) * scale, (point.Y - center.Y) * scale))],
            })]);
    }

    /// <summary>A character of the first half of one's strokes (rounded up) and the last half of another's (rounded down): neither of the two.</summary>
    /// <param name="first">Gives the first strokes.</param>
    /// <param name="second">Gives the last strokes.</param>
    public static GlyphCharacter Hybrid(GlyphCharacter first, GlyphCharacter second)
        => Fit([.. first.Strokes.Take((first.Strokes.Count + 1) / 2), .. second.Strokes.Skip((second.Strokes.Count + 1) / 2)]);

    /// <summary>The strokes as chains of straight pieces.</summary>
    public GlyphPoint[][] Polylines() => [.. Strokes.Select(static stroke => stroke.Polyline())];
}
