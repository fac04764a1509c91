namespace S2M.Model.Benchmarks.Rounds;

/// <summary>Statistics of paired samples. Machines are shared: only what was measured side by side is compared, pair by pair.</summary>
internal static class Ratios
{
    /// <summary>The middle value; the mean of the two middle ones of an even number.</summary>
    /// <param name="values">At least one.</param>
    internal static double Median(IReadOnlyList<double> values) => Quantile(values, 0.5);

    /// <summary>A quantile, interpolated between neighbors.</summary>
    /// <param name="values">At least one.</param>
    /// <param name="share">0 to 1.</param>
    internal static double Quantile(IReadOnlyList<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        double position = share * (sorted.Length - 1);
        int below = (int)position;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }

    /// <summary>
    /// Where the median of more and more pairs would lie, with about 95 % (order statistics, whatever the distribution): all of the range below six samples.
    /// Pairs of one round share its disturbances, so that it is rather too narrow.
    /// </summary>
    /// <param name="values">At least one.</param>
    internal static (double Low, double High) MedianInterval(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        int cut = Math.Max(0, (int)((sorted.Length / 2.0) - (0.98 * Math.Sqrt(sorted.Length))));
        return (sorted[cut], sorted[^(cut + 1)]);
    }

    /// <summary>The quotient of each pair.</summary>
    /// <param name="numerators">One sample per pair.</param>
    /// <param name="denominators">As many, from the same moments.</param>
    internal static double[] PerPair(IReadOnlyList<double> numerators, IReadOnlyList<double> denominators)
        => numerators.Count == denominators.Count
            ? [.. numerators.Zip(denominators, static (numerator, denominator) => numerator / denominator)]
            : throw new ArgumentException($"denominators: expected {numerators.Count} samples as there are numerators, got {denominators.Count}; pair them in one loop");
}
