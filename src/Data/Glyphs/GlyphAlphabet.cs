using S2M.Numerics.Randomness;

namespace S2M.Data.Glyphs;

/// <summary>
/// The characters, in order. Each is drawn until it is far enough from every earlier character in every quarter turn, and from its own turns:
/// two classes never look alike, rotations being classes of their own.
/// </summary>
internal sealed class GlyphAlphabet
{
    /// <summary>
    /// The least distance (<see cref="GlyphShape.DistanceTo"/>) between two characters: no less than the 95th percentile of the distance
    /// between two drawings of one character.
    /// </summary>
    public const double LeastDistance = 0.02;

    private const uint MostAttempts = 10_000;
    private readonly List<GlyphCharacter> _characters = [];

    // Every accepted shape in its four quarter turns.
    private readonly List<GlyphShape> _shapes = [];

    /// <summary>Draws the characters.</summary>
    /// <param name="seed">The seed of the alphabet.</param>
    /// <param name="count">How many characters.</param>
    /// <exception cref="InvalidOperationException">There is no room left for another character.</exception>
    public GlyphAlphabet(ulong seed, int count)
    {
        for (uint index = 0; index < count; index++)
        {
            uint attempt = 0;
            while (!TryAdd(new GlyphInventor(new PhiloxRandom(seed, RandomPurpose.Glyphs, index, attempt)).Invent()))
            {
                attempt++;
                if (attempt == MostAttempts)
                {
                    throw new InvalidOperationException($"glyphs: expected room for {count} characters, got room for {index}; ask for fewer characters");
                }
            }

            Attempts += attempt + 1;
        }
    }

    /// <summary>The characters.</summary>
    public IReadOnlyList<GlyphCharacter> Characters => _characters;

    /// <summary>How many characters were drawn, those thrown away included.</summary>
    public long Attempts { get; }

    private bool TryAdd(GlyphCharacter? character)
    {
        if (character is null)
        {
            return false;
        }

        var shape = GlyphShape.Of(character.Polylines());
        GlyphShape quarter = shape.Turn();
        GlyphShape half = quarter.Turn();
        if (IsNear(shape, quarter) || IsNear(shape, half) || _shapes.Exists(other => IsNear(shape, other)))
        {
            return false;
        }

        _characters.Add(character);
        _shapes.AddRange([shape, quarter, half, half.Turn()]);
        return true;
    }

    private static bool IsNear(GlyphShape shape, GlyphShape other) => shape.DistanceTo(other, LeastDistance) < LeastDistance;
}
