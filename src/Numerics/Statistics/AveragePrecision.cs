namespace S2M.Numerics.Statistics;

/// <summary>Average precision: the sum over recall steps of precision times the step, from the best score down. Equal scores are one step.</summary>
public static class AveragePrecision
{
    /// <summary>Ranks and sums.</summary>
    /// <param name="scores">Scores, higher is better; infinite ones are ranked, NaN is refused.</param>
    /// <param name="relevant">Which items are relevant, of the same length, at least one.</param>
    /// <returns>0 to 1; a function of the scores and labels alone, whatever the order of the items.</returns>
    /// <exception cref="ArgumentException">Lengths differ, a score is NaN, or nothing is relevant.</exception>
    public static double Of(ReadOnlySpan<double> scores, ReadOnlySpan<bool> relevant)
    {
        int total = relevant.Count(true);
        if (scores.Length != relevant.Length || total == 0)
        {
            throw new ArgumentException($"expected as many scores as labels and at least one relevant item, got {scores.Length}, {relevant.Length} and {total}");
        }

        double[] keys = scores.ToArray();
        bool[] labels = relevant.ToArray();
        if (Array.Exists(keys, double.IsNaN))
        {
            throw new ArgumentException($"scores: expected numbers, got NaN at item {Array.FindIndex(keys, double.IsNaN)}");
        }

        Array.Sort(keys, labels);
        int found = 0;
        double sum = 0;
        for (int last = keys.Length - 1; last >= 0 && found < total;)
        {
            int step = 0;
            double score = keys[last];
            for (; last >= 0 && keys[last] == score; last--)
            {
                step += labels[last] ? 1 : 0;
            }

            found += step;
            sum += (double)step * found / (keys.Length - 1 - last);
        }

        return sum / total;
    }
}
