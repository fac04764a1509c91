namespace S2M.Numerics.Statistics;

/// <summary>
/// How well two groupings of the same items agree, corrected for chance (Hubert and Arabie 1985): 1 where they are the same up to names, 0 on average for groupings
/// drawn at random with the same sizes; it may fall below 0.
/// </summary>
public static class AdjustedRandIndex
{
    /// <summary>Counts pairs.</summary>
    /// <param name="first">The group of each item, any numbers.</param>
    /// <param name="second">The group of each item in the other grouping, of the same length.</param>
    /// <returns>At most 1; 1 where both groupings have all items together or all apart, which leaves chance no room.</returns>
    /// <exception cref="ArgumentException">Lengths differ or there is no item.</exception>
    public static double Of(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        if (first.Length != second.Length || first.IsEmpty)
        {
            throw new ArgumentException($"expected as many groups of the first as of the second grouping, at least 1, got {first.Length} and {second.Length}");
        }

        var cells = new Dictionary<(int, int), long>();
        var rows = new Dictionary<int, long>();
        var columns = new Dictionary<int, long>();
        for (int item = 0; item < first.Length; item++)
        {
            cells[(first[item], second[item])] = cells.GetValueOrDefault((first[item], second[item])) + 1;
            rows[first[item]] = rows.GetValueOrDefault(first[item]) + 1;
            columns[second[item]] = columns.GetValueOrDefault(second[item]) + 1;
        }

        double together = cells.Values.Sum(Pairs);
        double inRows = rows.Values.Sum(Pairs);
        double inColumns = columns.Values.Sum(Pairs);
        double expected = first.Length < 2 ? 0 : inRows * inColumns / Pairs(first.Length);
        double most = (inRows + inColumns) / 2;
        return most == expected ? 1 : (together - expected) / (most - expected);
    }

    private static double Pairs(long items) => items * (items - 1) / 2.0;
}
