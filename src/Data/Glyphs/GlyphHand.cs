namespace S2M.Data.Glyphs;

/// <summary>
/// How much hands differ: standard deviations in the units of <see cref="GlyphCharacter"/>, radians, or logarithms. Large enough that raw pixels
/// do not tell characters apart, small enough that a small network learns to.
/// </summary>
internal static class GlyphHand
{
    /// <summary>Slant between drawers (tangent of the angle).</summary>
    public const double DrawerSlant = 0.15;

    /// <summary>Width over height between drawers, as a logarithm.</summary>
    public const double DrawerAspect = 0.08;

    /// <summary>Turn of a drawing, in radians.</summary>
    public const double Turn = 0.10;

    /// <summary>Slant between drawings of one drawer.</summary>
    public const double Slant = 0.06;

    /// <summary>Width over height between drawings, as a logarithm.</summary>
    public const double Aspect = 0.06;

    /// <summary>Size, as a logarithm.</summary>
    public const double Scale = 0.08;

    /// <summary>Radius of the pen, as a logarithm.</summary>
    public const double Pen = 0.1;

    /// <summary>Where a stroke begins.</summary>
    public const double StrokeShift = 0.06;

    /// <summary>Where the pen passes a control point.</summary>
    public const double Jitter = 0.05;

    /// <summary>The most a drawing lies beside the middle; uniform, not normal.</summary>
    public const double Shift = 0.24;
}
