using S2M.Data.Catalogs;

namespace S2M.Data.Splits;

/// <summary>Looks for images that occur, with the same hash, in more than one part of a split.</summary>
public static class LeakageCheck
{
    /// <summary>Lists the shared images.</summary>
    /// <param name="classes">The classes of the data set.</param>
    /// <param name="split">The parts.</param>
    /// <param name="hashOf">The hash of an image, such as that of its file.</param>
    /// <returns>Pairs of images of different parts with one hash: each with the first of its hash; empty when nothing leaks.</returns>
    public static IReadOnlyList<(int First, int Second)> Of(IReadOnlyList<ImageClass> classes, ClassSplit split, Func<int, string> hashOf)
    {
        var first = new Dictionary<string, (int Part, int Image)>(StringComparer.Ordinal);
        var shared = new List<(int First, int Second)>();
        IReadOnlyList<int>[] parts = [split.Train, split.Validation, split.Test];
        for (int part = 0; part < parts.Length; part++)
        {
            foreach (ImageClass imageClass in parts[part].Select(index => classes[index]))
            {
                for (int image = imageClass.FirstImage; image < imageClass.FirstImage + imageClass.Count; image++)
                {
                    string hash = hashOf(image);
                    if (!first.TryAdd(hash, (part, image)) && first[hash].Part != part)
                    {
                        shared.Add((first[hash].Image, image));
                    }
                }
            }
        }

        return shared;
    }
}
