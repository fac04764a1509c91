namespace S2M.Numerics.Statistics;

/// <summary>How much better one system is than another on the same classes, with a 95 % interval.</summary>
/// <param name="Mean">The first system's figure minus the second's.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end, at least <paramref name="Low"/>.</param>
public sealed record PairedDifference(double Mean, double Low, double High)
{
    /// <summary>What a figure may lose and still count as not worse: 0.2 percentage points.</summary>
    public const double Margin = 0.002;

    /// <summary>Whether the first system is not worse than the second: the interval's lower end is above -<see cref="Margin"/>.</summary>
    public bool IsNotWorse => Low > -Margin;

    /// <summary>Whether the first system is better than the second: the interval's lower end is above 0.</summary>
    public bool IsBetter => Low > 0;
}
