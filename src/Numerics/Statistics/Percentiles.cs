namespace S2M.Numerics.Statistics;

/// <summary>The 95 % percentile interval of bootstrap replicates.</summary>
internal static class Percentiles
{
    private const double Tail = 0.025;

    /// <summary>The interval's ends: order statistics, rounded outwards.</summary>
    /// <param name="mean">The estimate.</param>
    /// <param name="replicates">The replicates, which are sorted in place.</param>
    internal static Interval Around(double mean, double[] replicates)
    {
        Array.Sort(replicates);
        int last = replicates.Length - 1;
        return new Interval(mean, replicates[(int)(Tail * last)], replicates[(int)Math.Ceiling((1 - Tail) * last)]);
    }
}
