using S2M.Data.Glyphs;

namespace S2M.Data.Tests.Glyphs;

public sealed class GlyphSearchTests
{
    [Fact]
    [Trait(KnownAnswers.Trait, KnownAnswers.Value)]
    public void Run_WithTheAlphabetsSeed_FindsTheAttemptsWrittenDown() =>
        GlyphSearch.Run(GlyphAlphabet.Seed, 80).ShouldBe(Enumerable.Range(0, 80).Select(GlyphAlphabet.AttemptOf));

    // What the data set promises: two classes differ more than two drawings of one class do.
    [Fact]
    public void LeastDistance_BetweenDrawingsOfOneCharacter_IsAboveThe95thPercentile()
    {
        GlyphDrawer[] drawers = [.. Enumerable.Range(0, GlyphDataSet.DrawingCount).Select(index => new GlyphDrawer(GlyphAlphabet.Seed, index))];
        double[] within = [.. Enumerable.Range(0, GlyphAlphabet.Count).AsParallel().SelectMany(character => DistancesWithin(character, drawers))];

        Array.Sort(within);
        within.Length.ShouldBe(400 * 190);
        within[(int)(0.95 * within.Length)].ShouldBeInRange(0.25, GlyphSearch.LeastDistance);
    }

    [Fact]
    public void LeastDistance_BetweenAnyTwoCharactersInAnyRotation_IsKept()
    {
        GlyphShape[] shapes = [.. GlyphAlphabet.Characters.Select(character => GlyphShape.Of(character.Polylines()))];
        (int Character, int Other, int Turns)[] near =
        [
            .. Enumerable.Range(0, shapes.Length).AsParallel().SelectMany(character => Turns(shapes[character]).SelectMany((shape, turns) => Enumerable
                .Range(0, turns == 0 ? character : character + 1)
                .Where(other => shape.DistanceTo(shapes[other], GlyphSearch.LeastDistance) < GlyphSearch.LeastDistance)
                .Select(other => (character, other, turns)))),
        ];

        near.ShouldBeEmpty();
    }

    private static IEnumerable<double> DistancesWithin(int character, GlyphDrawer[] drawers)
    {
        GlyphShape[] shapes = [.. drawers.Select(drawer => GlyphShape.Of(drawer.Draw(GlyphAlphabet.Characters[character], character).Strokes))];
        return shapes.SelectMany((shape, index) => shapes.Take(index).Select(other => shape.DistanceTo(other)));
    }

    private static IEnumerable<GlyphShape> Turns(GlyphShape shape)
    {
        for (int turns = 0; turns < 4; turns++)
        {
            yield return shape;
            shape = shape.Turn();
        }
    }
}
