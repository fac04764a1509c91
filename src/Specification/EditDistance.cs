namespace S2M.Specification;

/// <summary>How many letters must be inserted, deleted or replaced to turn one word into another (Levenshtein 1966).</summary>
public static class EditDistance
{
    /// <summary>The distance.</summary>
    /// <param name="left">One word.</param>
    /// <param name="right">The other.</param>
    public static int Between(string left, string right)
    {
        int[] above = [.. Enumerable.Range(0, right.Length + 1)];
        for (int row = 1; row <= left.Length; row++)
        {
            int[] current = new int[right.Length + 1];
            current[0] = row;
            for (int column = 1; column <= right.Length; column++)
            {
                int replaced = above[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1);
                current[column] = Math.Min(replaced, Math.Min(above[column], current[column - 1]) + 1);
            }

            above = current;
        }

        return above[right.Length];
    }
}
