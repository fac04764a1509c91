using S2M.Numerics.Randomness;

namespace S2M.Numerics.Statistics;

/// <summary>Percentile bootstrap over base classes: how much a figure hangs on which classes were there (Efron 1979).</summary>
public static class ClassBootstrap
{
    /// <summary>The pooled mean with its 95 % interval.</summary>
    /// <param name="tallies">One for each class, at least one, each of at least one value.</param>
    /// <param name="seed">Seed of the resampling.</param>
    /// <param name="resamples">How many, at least 100.</param>
    /// <exception cref="ArgumentException">There are no tallies, one is empty, or too few resamples.</exception>
    public static Interval Interval(IReadOnlyList<ClassTally> tallies, ulong seed, int resamples = 2000)
    {
        if (tallies.Count == 0 || resamples < 100)
        {
            throw new ArgumentException($"expected at least 1 class and 100 resamples, got {tallies.Count} and {resamples}");
        }

        if (tallies.FirstOrDefault(tally => tally.Count < 1) is { } empty)
        {
            throw new ArgumentException($"tallies: class {empty.Class}: expected at least 1 value, got {empty.Count}");
        }

        var random = new PhiloxRandom(seed, RandomPurpose.Bootstrap);
        double[] means = new double[resamples];
        for (int resample = 0; resample < resamples; resample++)
        {
            double sum = 0;
            long count = 0;
            for (int draw = 0; draw < tallies.Count; draw++)
            {
                ClassTally tally = tallies[random.NextInt32(tallies.Count)];
                sum += tally.Sum;
                count += tally.Count;
            }

            means[resample] = sum / count;
        }

        return Percentiles.Around(tallies.Sum(tally => tally.Sum) / tallies.Sum(tally => tally.Count), means);
    }
}
