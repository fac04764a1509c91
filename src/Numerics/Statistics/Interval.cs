namespace S2M.Numerics.Statistics;

/// <summary>A mean with a 95 % interval.</summary>
/// <param name="Mean">The estimate.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end, at least <paramref name="Low"/>.</param>
public sealed record Interval(double Mean, double Low, double High)
{
    private const double NormalQuantile = 1.959963984540054;

    /// <summary>Mean of independent values with the normal 95 % interval of the mean (standard error from the unbiased variance).</summary>
    /// <param name="values">At least two values.</param>
    /// <exception cref="ArgumentException">Fewer than two values.</exception>
    public static Interval OfMean(ReadOnlySpan<double> values)
    {
        if (values.Length < 2)
        {
            throw new ArgumentException($"values: expected at least 2 for an interval, got {values.Length}");
        }

        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        double mean = sum / values.Length;
        double squares = 0;
        foreach (double value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        double half = NormalQuantile * Math.Sqrt(squares / (values.Length - 1) / values.Length);
        return new Interval(mean, mean - half, mean + half);
    }
}
