namespace S2M.Data.Glyphs;

/// <summary>A character as its inventor means it: strokes that fill the square from -1 to 1 in their longer direction, centered.</summary>
/// <param name="Strokes">The strokes in writing order, 2 to 5.</param>
internal sealed record GlyphCharacter(IReadOnlyList<GlyphStroke> Strokes)
{
    /// <summary>The strokes as chains of straight pieces.</summary>
    public GlyphPoint[][] Polylines() => [.. Strokes.Select(static stroke => stroke.Polyline())];
}
