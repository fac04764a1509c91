namespace S2M.Numerics.Statistics;

/// <summary>Average precision: the sum over recall steps of precision times the step, from the best score down.</summary>
public static class AveragePrecision
{
    private static readonly Comparer<(double Score, int Index)> Order = Comparer<(double Score, int Index)>.Create(Compare);

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

        // Only the relevant items are sorted; every item then counts for the relevant ones that it stands before.
        (double Score, int Index)[] found = new (double Score, int Index)[total];
        int next = 0;
        for (int item = 0; item < scores.Length; item++)
        {
            if (relevant[item])
            {
                found[next++] = (scores[item], item);
            }
        }

        Array.Sort(found, Compare);
        int[] before = new int[total + 1];
        for (int item = 0; item < scores.Length; item++)
        {
            int place = Array.BinarySearch(found, (scores[item], item), Order);
            before[place >= 0 ? place : ~place]++;
        }

        int rank = 0;
        double sum = 0;
        for (int place = 0; place < total; place++)
        {
            rank += before[place];
            sum += (place + 1.0) / rank;
        }

        return sum / total;
    }

    // The better score first, among equals the earlier item.
    private static int Compare((double Score, int Index) left, (double Score, int Index) right)
        => left.Score != right.Score ? right.Score.CompareTo(left.Score) : left.Index.CompareTo(right.Index);
}
