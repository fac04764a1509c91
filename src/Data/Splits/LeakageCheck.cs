using S2M.Data.Catalogs;
using S2M.Data.Images;

namespace S2M.Data.Splits;

/// <summary>
/// Looks for images that occur, with the same hash, in more than one part of a split: a network would be tested on images that it was trained on.
/// A run calls <see cref="Refuse"/> once, after it has drawn its split and before its first step; it costs one dictionary of hashes. The same image
/// twice within a part is no leak.
/// </summary>
public static class LeakageCheck
{
    private const int Shown = 5;

    /// <summary>Lists the shared images.</summary>
    /// <param name="dataSet">The data set.</param>
    /// <param name="split">Its parts.</param>
    /// <returns>Pairs of images of different parts with one hash: each with the first of its hash; empty when nothing leaks.</returns>
    public static IReadOnlyList<(int First, int Second)> Of(IDataSet dataSet, ClassSplit split)
    {
        ArgumentNullException.ThrowIfNull(dataSet);
        ArgumentNullException.ThrowIfNull(split);
        var first = new Dictionary<string, (int Part, int Image)>(StringComparer.Ordinal);
        var shared = new List<(int First, int Second)>();
        IReadOnlyList<int>[] parts = [split.Train, split.Validation, split.Test];
        for (int part = 0; part < parts.Length; part++)
        {
            foreach (ImageClass imageClass in parts[part].Select(index => dataSet.Classes[index]))
            {
                for (int image = imageClass.FirstImage; image < imageClass.FirstImage + imageClass.Count; image++)
                {
                    string hash = dataSet.HashOf(image);
                    if (!first.TryAdd(hash, (part, image)) && first[hash].Part != part)
                    {
                        shared.Add((first[hash].Image, image));
                    }
                }
            }
        }

        return shared;
    }

    /// <summary>Refuses a split whose parts share images.</summary>
    /// <param name="dataSet">The data set.</param>
    /// <param name="split">Its parts.</param>
    /// <exception cref="DataException">Parts share images; the message names the first ones.</exception>
    public static void Refuse(IDataSet dataSet, ClassSplit split)
    {
        IReadOnlyList<(int First, int Second)> shared = Of(dataSet, split);
        if (shared.Count > 0)
        {
            string pairs = string.Join(", ", shared.Take(Shown).Select(pair => $"'{dataSet.PathOf(pair.First)}' = '{dataSet.PathOf(pair.Second)}'"));
            string more = shared.Count > Shown ? $" and {shared.Count - Shown} more" : string.Empty;
            throw new DataException(
                $"data set '{dataSet.Name}': expected training, validation and test classes without a common image, got {pairs}{more}; remove one of each pair, or draw another split");
        }
    }
}
