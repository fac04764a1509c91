namespace S2M.Data.Images;

/// <summary>
/// Images that a data set can draw besides those of its classes, for noisy concept sets: hybrids (half of the strokes of one class, half of another's) and clutter
/// (strokes that are no class). They have indices behind the ordinary images and can be decoded like them; they belong to no class, and neither to the version nor
/// to <see cref="IDataSet.ImageCount"/>.
/// </summary>
/// <param name="First">Index of the first one: the number of ordinary images.</param>
/// <param name="Classes">Classes of the data set.</param>
/// <param name="Drawings">Hybrids of each ordered pair of classes, at least 1.</param>
/// <param name="Clutters">How many images of clutter there are.</param>
public sealed record FurtherImages(int First, int Classes, int Drawings, int Clutters)
{
    /// <summary>One above the last index.</summary>
    public int End => FirstClutter + Clutters;

    private int FirstClutter => First + (Classes * Classes * Drawings);

    /// <summary>Index of a hybrid.</summary>
    /// <param name="first">The class that gives the first half of its strokes.</param>
    /// <param name="second">Another class, which gives the last half of its strokes.</param>
    /// <param name="drawing">0 to <see cref="Drawings"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class or drawing, or the classes are the same.</exception>
    public int Hybrid(int first, int second, int drawing)
        => first >= 0 && first < Classes && second >= 0 && second < Classes && first != second && drawing >= 0 && drawing < Drawings
            ? First + (((first * Classes) + second) * Drawings) + drawing
            : throw new ArgumentOutOfRangeException(
                nameof(second),
                $"hybrid: expected two classes of 0 to {Classes - 1} and a drawing of 0 to {Drawings - 1}, got {first}, {second} and {drawing}; correct the indices");

    /// <summary>Index of an image of clutter.</summary>
    /// <param name="number">0 to <see cref="Clutters"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public int Clutter(int number)
        => number >= 0 && number < Clutters
            ? FirstClutter + number
            : throw new ArgumentOutOfRangeException(nameof(number), $"clutter: expected 0 to {Clutters - 1}, got {number}; correct the index");

    /// <summary>What an index of a further image stands for.</summary>
    /// <param name="image"><see cref="First"/> to <see cref="End"/> - 1.</param>
    /// <returns>Both classes and the drawing of a hybrid; for clutter its number as the drawing, and -1 for both classes.</returns>
    internal (int FirstClass, int SecondClass, int Drawing) Read(int image)
    {
        if (image >= FirstClutter)
        {
            return (-1, -1, image - FirstClutter);
        }

        int pair = (image - First) / Drawings;
        return (pair / Classes, pair % Classes, (image - First) % Drawings);
    }
}
