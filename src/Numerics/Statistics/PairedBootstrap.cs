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
        (double difference, double[] replicates) = Resample([first, second], ["first", "second"], seed, resamples, static pooled => pooled[0] - pooled[1]);
        Interval interval = Percentiles.Around(difference, replicates);
        return new PairedDifference(interval.Mean, interval.Low, interval.High);
    }

    /// <summary>How much of the way from a floor to a ceiling a system goes: (system - floor) / (ceiling - floor) of the pooled means.</summary>
    /// <param name="system">The system's tallies, as those of <see cref="Difference"/>.</param>
    /// <param name="floor">Share 0; as many seeds and the same classes.</param>
    /// <param name="ceiling">Share 1; as many seeds and the same classes.</param>
    /// <param name="seed">Seed of the resampling.</param>
    /// <param name="resamples">How many, at least 100.</param>
    /// <returns>The share with a 95 % interval; null where in some resample the ceiling is not above the floor, since it would be a share of nothing.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Difference"/>.</exception>
    public static Interval? Share(
        IReadOnlyList<IReadOnlyList<ClassTally>> system,
        IReadOnlyList<IReadOnlyList<ClassTally>> floor,
        IReadOnlyList<IReadOnlyList<ClassTally>> ceiling,
        ulong seed,
        int resamples = 2000)
    {
        (double share, double[] replicates) = Resample(
            [system, floor, ceiling],
            ["system", "floor", "ceiling"],
            seed,
            resamples,
            static pooled => pooled[2] > pooled[1] ? (pooled[0] - pooled[1]) / (pooled[2] - pooled[1]) : double.NaN);
        return double.IsNaN(share) || Array.Exists(replicates, double.IsNaN) ? null : Percentiles.Around(share, replicates);
    }

    /// <summary>A figure of several systems' pooled means: of all, and of every resample.</summary>
    private static (double Estimate, double[] Replicates) Resample(
        IReadOnlyList<IReadOnlyList<ClassTally>>[] systems, string[] names, ulong seed, int resamples, Func<double[], double> figure)
    {
        int seeds = systems[0].Count;
        if (seeds == 0 || Array.Exists(systems, system => system.Count != seeds) || resamples < LeastResamples)
        {
            throw new ArgumentException(
                $"expected as many training seeds of every system, at least 1, and {LeastResamples} resamples, got {string.Join(", ", systems.Select(system => system.Count))} and {resamples}");
        }

        int[] classes = [.. systems[0][0].Select(tally => tally.Class).Order()];
        ClassTally[][][] ordered = [.. systems.Zip(names, (system, name) => system.Select((tallies, index) => InOrder(tallies, classes, $"{name}[{index}]")).ToArray())];

        var random = new PhiloxRandom(seed, RandomPurpose.PairedBootstrap);
        double[] replicates = new double[resamples];
        int[] drawnSeeds = new int[seeds];
        int[] drawnClasses = new int[classes.Length];
        for (int resample = 0; resample < resamples; resample++)
        {
            Draw(random, drawnSeeds);
            Draw(random, drawnClasses);
            replicates[resample] = figure([.. ordered.Select(system => Pooled(system, drawnSeeds, drawnClasses))]);
        }

        int[] allSeeds = [.. Enumerable.Range(0, seeds)];
        int[] allClasses = [.. Enumerable.Range(0, classes.Length)];
        return (figure([.. ordered.Select(system => Pooled(system, allSeeds, allClasses))]), replicates);
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
            throw new ArgumentException($"{name}: expected a tally of each of the {classes.Length} distinct classes of the first system's first seed, at least 1, got {ordered.Length} others");
        }

        ClassTally? empty = Array.Find(ordered, tally => tally.Count < 1);
        return empty is null ? ordered : throw new ArgumentException($"{name}: class {empty.Class}: expected at least 1 value, got {empty.Count}");
    }
}
