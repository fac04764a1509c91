using System.Globalization;

namespace S2M.Specification;

/// <summary>Where a number may lie.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
/// <param name="WithoutLow">Whether the lower end itself is left out.</param>
/// <param name="WithoutHigh">Whether the upper end itself is left out.</param>
internal readonly record struct NumberRange(double Low, double High, bool WithoutLow = false, bool WithoutHigh = false)
{
    /// <summary>Whether a number lies within; NaN does not.</summary>
    internal bool Contains(double value) => (WithoutLow ? value > Low : value >= Low) && (WithoutHigh ? value < High : value <= High);

    /// <summary>Such as <c>above 0, at most 1000</c>.</summary>
    public override string ToString() =>
        $"{(WithoutLow ? "above" : "at least")} {Low.ToString(CultureInfo.InvariantCulture)}, {(WithoutHigh ? "below" : "at most")} {High.ToString(CultureInfo.InvariantCulture)}";
}
