using S2M.Numerics.Randomness;

namespace S2M.Data.Glyphs;

/// <summary>The characters of the built-in data set. No two look alike in any quarter turn, since rotations are classes of their own.</summary>
internal static class GlyphAlphabet
{
    /// <summary>How many characters there are.</summary>
    public const int Count = 400;

    /// <summary>The seed of characters and drawers.</summary>
    public const ulong Seed = 2015;

    // Streams of characters have their attempt as second coordinate, those of drawings and drawers 2^30 and above.
    private const uint ScribbleStream = 0x2000_0000;

    // Which draw of each character is taken, a hexadecimal digit each: what GlyphSearch.Run finds for this seed. Written down, since the search
    // takes seconds and drawing takes none.
    private const string Attempts =
        "001303010124250223722311c100323020035081602221610132010500400200122012001330232121020001101000200100" +
        "0311200112312201128311205120230070110220010013000211105223000050022112000031004101041344010010000033" +
        "040014020202421133040242260011130533120315001d290515620210231210212150251011000091201830230001412211" +
        "00121000143110313811511032030421570493f6321222655119173001041306310110120542311117407421200420243200";

    private static readonly Lazy<GlyphCharacter[]> Drawn = new(static () => [.. Enumerable.Range(0, Count).Select(static index => Draw(Seed, index, AttemptOf(index))!)]);

    /// <summary>The characters, in order.</summary>
    public static IReadOnlyList<GlyphCharacter> Characters => Drawn.Value;

    /// <summary>Which draw of a character is taken, from 0.</summary>
    /// <param name="index">Index of the character.</param>
    public static int AttemptOf(int index) => Convert.ToInt32(Attempts[index].ToString(), 16);

    /// <summary>Draws a character of an alphabet.</summary>
    /// <param name="seed">The seed of the alphabet.</param>
    /// <param name="index">Index of the character.</param>
    /// <param name="attempt">How many draws come before this one.</param>
    /// <returns>The character, or null where the draw is no good in itself.</returns>
    public static GlyphCharacter? Draw(ulong seed, int index, int attempt) =>
        new GlyphInventor(new PhiloxRandom(seed, RandomPurpose.Glyphs, (uint)index, (uint)attempt)).Invent();

    /// <summary>Draws strokes that make no character: they lie anywhere and may cover each other.</summary>
    /// <param name="number">Which ones, at least 0.</param>
    public static GlyphCharacter Scribble(int number) => new GlyphInventor(new PhiloxRandom(Seed, RandomPurpose.Glyphs, (uint)number, ScribbleStream)).Scribble();
}
