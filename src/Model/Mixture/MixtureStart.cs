using System.Runtime.InteropServices;
using System.Security.Cryptography;
using S2M.Numerics.Randomness;
using S2M.Specification;

namespace S2M.Model.Mixture;

/// <summary>Where fits begin: with some rows of the support set as means, equal weights, and the variances of the whole set (docs/maths.md, section 6).</summary>
public sealed record MixtureStart
{
    // Of a noisy set's rows that may be means: one that holds more noise has no clusters to speak of.
    private const double CleanShare = 2.0 / 3;

    private readonly ulong? _seed;
    private readonly int _candidates;

    private MixtureStart(ulong? seed, int candidates) => (_seed, _candidates) = (seed, candidates);

    /// <summary>One start by k-means++ (Arthur and Vassilvitskii 2007): for training, where the seed follows from the episode's address.</summary>
    /// <param name="seed">Where the draws come from.</param>
    public static MixtureStart Seeded(ulong seed) => new(seed, 1);

    /// <summary>Farthest-first, and starts by k-means++ with seeds that follow from the rows alone, whatever their order; the best bound counts.</summary>
    /// <param name="candidates">Starts in all, at least 1.</param>
    /// <exception cref="Set2ModelException">Fewer than 1.</exception>
    public static MixtureStart Searched(int candidates = 4)
        => candidates >= 1 ? new(null, candidates) : throw new Set2ModelException($"candidates: expected at least 1, got {candidates}; name how many starts are tried");

    /// <summary>The order in which rows are taken: as they stand where a seed was given, else by their values, so that a fit depends on the set and not on its order.</summary>
    /// <param name="support">x, shape (N, D), row-major.</param>
    /// <param name="size">D.</param>
    internal int[] Order(ReadOnlySpan<double> support, int size)
    {
        int[] order = [.. Enumerable.Range(0, support.Length / size)];
        if (_seed is null)
        {
            double[] rows = support.ToArray();
            Array.Sort(order, (left, right) => rows.AsSpan(left * size, size).SequenceCompareTo(rows.AsSpan(right * size, size)));
        }

        return order;
    }

    /// <summary>Rows that are the first means, one list for each start.</summary>
    /// <param name="support">x in <see cref="Order"/>, shape (N, D), row-major.</param>
    /// <param name="size">D.</param>
    /// <param name="components">K, 1 to N.</param>
    /// <param name="isNoisy">Whether rows without neighbors are noise, which a background takes: then only rows that have some are means.</param>
    internal IEnumerable<int[]> Choose(double[] support, int size, int components, bool isNoisy)
    {
        int[] dense = isNoisy ? Densest(support, size) : [];
        return CountDistinct(support, size, dense) < components
            ? Choose(support, size, components)
            : Choose([.. dense.SelectMany(row => support[(row * size)..((row + 1) * size)])], size, components).Select(first => (int[])[.. first.Select(at => dense[at])]);
    }

    /// <summary>How many of some rows differ from all before them.</summary>
    internal static int CountDistinct(double[] support, int size, int[] rows)
        => rows.Where((row, at) => !rows.Take(at).Any(other => Distance(support.AsSpan(row * size, size), support.AsSpan(other * size, size)) == 0)).Count();

    private IEnumerable<int[]> Choose(double[] support, int size, int components)
    {
        if (_seed is { } seed)
        {
            yield return Draw(support, size, components, seed);
            yield break;
        }

        yield return FarthestFirst(support, size, components);
        ulong ofRows = _candidates > 1 ? MemoryMarshal.Read<ulong>(SHA256.HashData(MemoryMarshal.AsBytes(support.AsSpan()))) : 0;
        for (int candidate = 1; candidate < _candidates; candidate++)
        {
            yield return Draw(support, size, components, ofRows + (ulong)candidate);
        }
    }

    // In their order, the rows that are nearest to as many others as a component needs with them.
    private static int[] Densest(double[] support, int size)
    {
        int rows = support.Length / size;
        double Reach(int row) => Enumerable.Range(0, rows)
            .Select(other => Distance(support.AsSpan(row * size, size), support.AsSpan(other * size, size)))
            .Order()
            .ElementAt(Math.Min(HeadKinds.ImagesPerComponent, rows) - 1);
        return [.. Enumerable.Range(0, rows).OrderBy(Reach).Take((int)Math.Ceiling(CleanShare * rows)).Order()];
    }

    private static int[] Draw(double[] support, int size, int components, ulong seed)
    {
        var random = new PhiloxRandom(seed, RandomPurpose.MixtureStart);
        int[] chosen = new int[components];
        double[] nearest = new double[support.Length / size];
        Array.Fill(nearest, double.PositiveInfinity);
        chosen[0] = random.NextInt32(nearest.Length);
        for (int j = 1; j < components; j++)
        {
            Approach(support, size, chosen[j - 1], nearest);
            double left = random.NextDouble() * nearest.Sum();
            int at = 0;
            while (at < nearest.Length - 1 && (left >= nearest[at] || nearest[at] == 0))
            {
                left -= nearest[at++];
            }

            chosen[j] = at;
        }

        return chosen;
    }

    private static int[] FarthestFirst(double[] support, int size, int components)
    {
        // Rows are about the mean of all already, noise included.
        double[] mean = new double[size];
        int[] chosen = new int[components];
        double[] nearest = new double[support.Length / size];
        chosen[0] = Enumerable.Range(0, nearest.Length).MinBy(row => Distance(support.AsSpan(row * size, size), mean));
        Array.Fill(nearest, double.PositiveInfinity);
        for (int j = 1; j < components; j++)
        {
            Approach(support, size, chosen[j - 1], nearest);
            chosen[j] = Array.IndexOf(nearest, nearest.Max());
        }

        return chosen;
    }

    // Each row's squared distance to the nearest row that is chosen.
    private static void Approach(double[] support, int size, int chosen, double[] nearest)
    {
        for (int row = 0; row < nearest.Length; row++)
        {
            nearest[row] = Math.Min(nearest[row], Distance(support.AsSpan(row * size, size), support.AsSpan(chosen * size, size)));
        }
    }

    private static double Distance(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        double sum = 0;
        for (int d = 0; d < left.Length; d++)
        {
            sum += (left[d] - right[d]) * (left[d] - right[d]);
        }

        return sum;
    }
}
