using S2M.Data.Glyphs;

namespace S2M.Data.Tests.Glyphs;

public sealed class GlyphDrawingTests
{
    [Fact]
    public void Render_AHorizontalLine_HasInkByDistance()
    {
        // The way lies at y = 4 in pixels, the pen reaches 1.25 pixels: rows with centers at 3.5 and 4.5 are full, 2.5 and 5.5 a quarter.
        var drawing = new GlyphDrawing([[new(-2, 0), new(2, 0)]], 1.25 / 4);
        byte[] ink = new byte[64];

        drawing.Render(8, ink);

        ink.Chunk(8).Select(row => row.Distinct().Single()).ShouldBe([0, 0, 64, 255, 255, 64, 0, 0]);
    }

    [Fact]
    public void Render_CrossingStrokes_CountOnce()
    {
        var drawing = new GlyphDrawing([[new(-2, 0), new(2, 0)], [new(0, -2), new(0, 2)]], 0.6 / 4);
        byte[] ink = new byte[64];

        drawing.Render(8, ink);

        for (int row = 0; row < 8; row++)
        {
            for (int column = 0; column < 8; column++)
            {
                ink[(8 * row) + column].ShouldBe((byte)(row is 3 or 4 || column is 3 or 4 ? 153 : 0));
            }
        }
    }

    [Fact]
    public void Draw_EveryDrawing_LiesOnTheSheetWithItsPen()
    {
        for (int drawer = 0; drawer < GlyphDataSet.DrawingCount; drawer++)
        {
            var hand = new GlyphDrawer(GlyphAlphabet.Seed, drawer);
            for (int character = 0; character < GlyphAlphabet.Count; character += 3)
            {
                GlyphDrawing drawing = hand.Draw(GlyphAlphabet.Characters[character], character);
                GlyphBox box = GlyphBox.Around(drawing.Strokes);
                double[] sides = [-box.Left, -box.Top, box.Right, box.Bottom];
                sides.Max().ShouldBeLessThan(1);
                drawing.PenRadius.ShouldBeInRange(0.02, 0.13);
            }
        }
    }
}
