using System.Runtime.InteropServices;
using System.Security.Cryptography;
using S2M.Numerics.Portable;
using S2M.Numerics.Randomness;

namespace S2M.Model.Mixture;

/// <summary>Where fits begin: with some rows of the support set as means, equal weights, and the variances of the whole set (docs/maths.md, section on starts).</summary>
public sealed record MixtureStart
{
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

    /// <summary>Rows that are the first means, one list for each start.</summary>
    /// <param name="support">x, shape (N, D), row-major.</param>
    /// <param name="size">D.</param>
    /// <param name="components">K, 1 to N.</param>
    internal IEnumerable<int[]> Choose(double[] support, int size, int components)
    {
        if (_seed is { } seed)
        {
            yield return Draw(support, size, components, seed, [.. Enumerable.Range(0, support.Length / size)]);
            yield break;
        }

        int[] order = Order(support, size);
        yield return FarthestFirst(support, size, components, order);
        ulong ofRows = _candidates > 1 ? SeedOf(support, size, order) : 0;
        for (int candidate = 1; candidate < _candidates; candidate++)
        {
            yield return Draw(support, size, components, ofRows + (ulong)candidate, order);
        }
    }

    private static int[] Draw(double[] support, int size, int components, ulong seed, int[] order)
    {
        var random = new PhiloxRandom(seed, RandomPurpose.MixtureStart);
        int[] chosen = new int[components];
        double[] nearest = new double[order.Length];
        Array.Fill(nearest, double.PositiveInfinity);
        chosen[0] = order[random.NextInt32(order.Length)];
        for (int j = 1; j < components; j++)
        {
            Approach(support, size, chosen[j - 1], order, nearest);
            double total = nearest.Sum();
            double left = random.NextDouble() * total;
            int at = 0;
            while (at < order.Length - 1 && (left >= nearest[at] || nearest[at] == 0))
            {
                left -= nearest[at++];
            }

            chosen[j] = order[at];
        }

        return chosen;
    }

    private static int[] FarthestFirst(double[] support, int size, int components, int[] order)
    {
        double[] mean = new double[size];
        foreach (int row in order)
        {
            RowMath.AddScaled(1.0 / order.Length, support.AsSpan(row * size, size), mean);
        }

        int[] chosen = new int[components];
        chosen[0] = order.MinBy(row => Distance(support.AsSpan(row * size, size), mean));
        double[] nearest = new double[order.Length];
        Array.Fill(nearest, double.PositiveInfinity);
        for (int j = 1; j < components; j++)
        {
            Approach(support, size, chosen[j - 1], order, nearest);
            chosen[j] = order[Array.IndexOf(nearest, nearest.Max())];
        }

        return chosen;
    }

    // Each row's squared distance to the nearest row that is chosen.
    private static void Approach(double[] support, int size, int chosen, int[] order, double[] nearest)
    {
        for (int at = 0; at < order.Length; at++)
        {
            nearest[at] = Math.Min(nearest[at], Distance(support.AsSpan(order[at] * size, size), support.AsSpan(chosen * size, size)));
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

    // Rows in the order of their values.
    private static int[] Order(double[] support, int size)
    {
        int[] order = [.. Enumerable.Range(0, support.Length / size)];
        Array.Sort(order, (left, right) => support.AsSpan(left * size, size).SequenceCompareTo(support.AsSpan(right * size, size)));
        return order;
    }

    private static ulong SeedOf(double[] support, int size, int[] order)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (int row in order)
        {
            hash.AppendData(MemoryMarshal.AsBytes(support.AsSpan(row * size, size)));
        }

        return MemoryMarshal.Read<ulong>(hash.GetHashAndReset());
    }
}
