namespace S2M.Numerics.Statistics;

/// <summary>Average precision: the sum over recall steps of precision times the step, from the best score down.</summary>
public static class AveragePrecision
{
    /// <summary>Ranks and sums.</summary>
    /// <param name="scores">Scores, higher is better; equal scores keep their order.</param>
    /// <param name="relevant">Which items are relevant, of the same length, at least one.</param>
    /// <returns>0 to 1.</returns>
    /// <exception cref="ArgumentException">Lengths differ, or nothing is relevant.</exception>
    public static double Of(ReadOnlySpan<double> scores, ReadOnlySpan<bool> relevant)
    {
        int total = relevant.Count(true);
        if (scores.Length != relevant.Length || total == 0)
        {
            throw new ArgumentException($"expected as many scores as labels and at least one relevant item, got {scores.Length}, {relevant.Length} and {total}");
        }

        double[] keys = scores.ToArray();
        int[] order = [.. Enumerable.Range(0, keys.Length)];
        Array.Sort(order, (left, right) => keys[left] != keys[right] ? keys[right].CompareTo(keys[left]) : left.CompareTo(right));
        int found = 0;
        double sum = 0;
        for (int rank = 0; rank < order.Length && found < total; rank++)
        {
            if (relevant[order[rank]])
            {
                found++;
                sum += (double)found / (rank + 1);
            }
        }

        return sum / total;
    }
}
