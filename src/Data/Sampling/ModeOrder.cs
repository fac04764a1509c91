namespace S2M.Data.Sampling;

/// <summary>
/// Which mode of a polysemous concept each of its images is of: every mode once, then always the mode that is furthest behind its weight, the first among equals. So
/// any beginning is divided by the weights as well as whole images allow.
/// </summary>
internal static class ModeOrder
{
    /// <summary>The modes of images in a row.</summary>
    /// <param name="images">How many images.</param>
    /// <param name="weights">The weight of each mode, above 0; one mode needs one weight.</param>
    /// <returns>A mode, from 0, for each image.</returns>
    /// <exception cref="DataException">There is no mode, or a weight is not above 0.</exception>
    internal static int[] Of(int images, IReadOnlyList<int> weights)
    {
        if (weights.Count == 0 || weights.Any(weight => weight < 1))
        {
            throw new DataException($"modes: expected a weight above 0 for each of at least one mode, got '{string.Join(", ", weights)}'; correct the weights");
        }

        long total = weights.Sum(weight => (long)weight);
        int[] counts = new int[weights.Count];
        int[] modes = new int[images];
        for (int image = 0; image < images; image++)
        {
            modes[image] = image < counts.Length ? image : FurthestBehind(image + 1);
            counts[modes[image]]++;
        }

        return modes;

        int FurthestBehind(int made)
        {
            int furthest = 0;
            for (int mode = 1; mode < counts.Length; mode++)
            {
                furthest = Lag(mode, made) > Lag(furthest, made) ? mode : furthest;
            }

            return furthest;
        }

        long Lag(int mode, int made) => ((long)weights[mode] * made) - (total * counts[mode]);
    }

    /// <summary>How many images of each mode there are.</summary>
    /// <param name="modes">What <see cref="Of"/> gave.</param>
    /// <param name="count">How many modes.</param>
    internal static int[] Counts(ReadOnlySpan<int> modes, int count)
    {
        int[] counts = new int[count];
        foreach (int mode in modes)
        {
            counts[mode]++;
        }

        return counts;
    }
}
