namespace S2M.Data.Glyphs;

/// <summary>Finds the draws of an alphabet: each character is drawn until it is far enough from every earlier one in every quarter turn, and from its own turns.</summary>
internal static class GlyphSearch
{
    /// <summary>
    /// The least distance (<see cref="GlyphShape.DistanceTo"/>) between two characters: above the 95th percentile of the distance between two
    /// drawings of one character, which <see cref="GlyphHand"/> and <see cref="GlyphDrawer"/> decide (measured: 0.257).
    /// </summary>
    public const double LeastDistance = 0.27;

    private const int MostAttempts = 10_000;

    /// <summary>Finds an alphabet.</summary>
    /// <param name="seed">The seed of the alphabet.</param>
    /// <param name="count">How many characters; the first ones do not depend on it.</param>
    /// <returns>The accepted attempt of each character.</returns>
    /// <exception cref="InvalidOperationException">There is no room left for another character.</exception>
    public static int[] Run(ulong seed, int count)
    {
        int[] attempts = new int[count];
        var shapes = new List<GlyphShape>(4 * count);
        for (int index = 0; index < count; index++)
        {
            while (!TryAdd(GlyphAlphabet.Draw(seed, index, attempts[index]), shapes))
            {
                attempts[index]++;
                if (attempts[index] == MostAttempts)
                {
                    throw new InvalidOperationException($"glyphs: expected room for {count} characters, got room for {index}; ask for fewer characters");
                }
            }
        }

        return attempts;
    }

    // Every accepted shape is kept in its four quarter turns.
    private static bool TryAdd(GlyphCharacter? character, List<GlyphShape> shapes)
    {
        if (character is null)
        {
            return false;
        }

        var shape = GlyphShape.Of(character.Polylines());
        GlyphShape quarter = shape.Turn();
        GlyphShape half = quarter.Turn();
        if (IsNear(shape, quarter) || IsNear(shape, half) || shapes.Exists(other => IsNear(shape, other)))
        {
            return false;
        }

        shapes.AddRange([shape, quarter, half, half.Turn()]);
        return true;
    }

    private static bool IsNear(GlyphShape shape, GlyphShape other) => shape.DistanceTo(other, LeastDistance) < LeastDistance;
}
