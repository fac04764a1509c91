using S2M.Numerics.Randomness;

namespace S2M.Numerics.Statistics;

/// <summary>
/// Percentile bootstrap of the difference between two systems. Both are evaluated on the same base classes, so a class that is hard for both cancels:
/// each resample draws classes, and, where there are several, training seeds, with replacement and independently of each other (crossed), and takes
/// both systems' figures from the same draw (Efron 1979; for the crossed form Owen 2007, which is conservative). Fewer than three seeds say little
/// about training's own spread.
/// </summary>
public static class PairedBootstrap
{
    private const int LeastResamples = 100;

    /// <summary>The difference of the pooled means, first minus second.</summary>
    /// <param name="first">The first system's tallies: for each training seed one for each class. Classes in any order, the same for every seed.</param>
    /// <param name="second">The second system's, for as many seeds (seed i beside seed i) and the same classes.</param>
    /// <param name="seed">Seed of the resampling.</param>
    /// <param name="resamples">How many, at least 100.</param>
    /// <exception cref="ArgumentException">There are no seeds or classes, they differ, a tally is empty, or too few resamples.</exception>
    public static PairedDifference Difference(
        IReadOnlyList<IReadOnlyList<ClassTally>> first, IReadOnlyList<IReadOnlyList<ClassTally>> second, ulong seed, int resamples = 2000)
    {
        if (first.Count == 0 || first.Count != second.Count || resamples < LeastResamples)
        {
            throw new ArgumentException(
                $"expected as many training seeds of both systems, at least 1, and {LeastResamples} resamples, got {first.Count}, {second.Count} and {resamples}");
        }

        int[] classes = [.. first[0].Select(tally => tally.Class).Order()];
        ClassTally[][] left = [.. first.Select((tallies, index) => InOrder(tallies, classes, $"first[{index}]"))];
        ClassTally[][] right = [.. second.Select((tallies, index) => InOrder(tallies, classes, $"second[{index}]"))];

        var random = new PhiloxRandom(seed, RandomPurpose.PairedBootstrap);
        double[] differences = new double[resamples];
        int[] drawnSeeds = new int[left.Length];
        int[] drawnClasses = new int[classes.Length];
        for (int resample = 0; resample < resamples; resample++)
        {
            Draw(random, drawnSeeds);
            Draw(random, drawnClasses);
            differences[resample] = Pooled(left, drawnSeeds, drawnClasses) - Pooled(right, drawnSeeds, drawnClasses);
        }

        int[] allSeeds = [.. Enumerable.Range(0, left.Length)];
        int[] allClasses = [.. Enumerable.Range(0, classes.Length)];
        Interval interval = Percentiles.Around(Pooled(left, allSeeds, allClasses) - Pooled(right, allSeeds, allClasses), differences);
        return new PairedDifference(interval.Mean, interval.Low, interval.High);
    }

    private static void Draw(PhiloxRandom random, int[] drawn)
    {
        for (int i = 0; i < drawn.Length; i++)
        {
            drawn[i] = random.NextInt32(drawn.Length);
        }
    }

    private static double Pooled(ClassTally[][] tallies, int[] seeds, int[] classes)
    {
        double sum = 0;
        long count = 0;
        foreach (int trained in seeds)
        {
            foreach (int drawn in classes)
            {
                ClassTally tally = tallies[trained][drawn];
                sum += tally.Sum;
                count += tally.Count;
            }
        }

        return sum / count;
    }

    private static ClassTally[] InOrder(IReadOnlyList<ClassTally> tallies, int[] classes, string name)
    {
        ClassTally[] ordered = [.. tallies.OrderBy(tally => tally.Class)];
        if (ordered.Length == 0 || !ordered.Select(tally => tally.Class).SequenceEqual(classes) || classes.Distinct().Count() != classes.Length)
        {
            throw new ArgumentException($"{name}: expected a tally of each of the {classes.Length} distinct classes of first[0], at least 1, got {ordered.Length} others");
        }

        ClassTally? empty = Array.Find(ordered, tally => tally.Count < 1);
        return empty is null ? ordered : throw new ArgumentException($"{name}: class {empty.Class}: expected at least 1 value, got {empty.Count}");
    }
}
