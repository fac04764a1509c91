using S2M.Numerics.Mixtures;

namespace S2M.Coordinator.Evaluation.Sets;

/// <summary>Scores that need descriptors and no network.</summary>
internal static class SetScoring
{
    /// <summary>Nearest neighbor: a query's largest inner product with a support image, which for descriptors of unit length is the cosine.</summary>
    /// <param name="pool">The descriptors.</param>
    /// <param name="set">The set.</param>
    internal static SetScores NearestNeighbor(SetPool pool, LocatedSet set)
        => new([.. set.Queries.Select(query => set.Support.Max(row => Inner(pool.Row(query), pool.Row(row))))]);

    /// <summary>A Gaussian for each true mode, weighted by its share, noise left out: what a mixture could reach if it were told who belongs together.</summary>
    /// <param name="pool">The descriptors.</param>
    /// <param name="set">The set.</param>
    /// <param name="varianceOffset">eps for a support of this size, above 0.</param>
    internal static SetScores TrueModes(SetPool pool, LocatedSet set, double varianceOffset)
    {
        double[] support = pool.Pick(set.Support);
        GaussianMixture mixture = LabeledFit.Fit(support, pool.Size, set.SupportModes, varianceOffset);
        int[] queries = set.Queries;
        double[] scores = new double[queries.Length];
        mixture.LogDensities(pool.Pick(queries), scores);
        return new SetScores(scores, Components(mixture, support));
    }

    /// <summary>The component of each descriptor's largest responsibility, the first among equals.</summary>
    /// <param name="mixture">The mixture.</param>
    /// <param name="descriptors">Shape (N, D), row-major.</param>
    internal static int[] Components(GaussianMixture mixture, double[] descriptors)
    {
        double[] logDensities = new double[descriptors.Length / mixture.Size * mixture.Components];
        mixture.LogComponentDensities(descriptors, logDensities);
        return [.. logDensities.Chunk(mixture.Components).Select(ofRow => Array.IndexOf(ofRow, ofRow.Max()))];
    }

    private static double Inner(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        double sum = 0;
        for (int i = 0; i < left.Length; i++)
        {
            sum += (double)left[i] * right[i];
        }

        return sum;
    }
}
