using CsCheck;
using S2M.Data.Glyphs;

namespace S2M.Data.Tests.Glyphs;

public sealed class GlyphShapeTests
{
    private static readonly GlyphPoint[][] Flag = [[new(0, 0), new(0, 2)], [new(0, 0), new(1.2, 0.3), new(0, 0.9)]];

    private static readonly GlyphPoint[][] Cross = [[new(-1, 0), new(1, 0)], [new(0, -1), new(0, 1)]];

    private static readonly Gen<GlyphShape> Shapes = Gen.Int[0, GlyphAlphabet.Count - 1].Select(index => GlyphShape.Of(GlyphAlphabet.Characters[index].Polylines()));

    [Fact]
    public void DistanceTo_Itself_IsZero() => GlyphShape.Of(Flag).DistanceTo(GlyphShape.Of(Flag)).ShouldBe(0, 1e-12);

    [Fact]
    public void DistanceTo_TheOtherWayRound_IsTheSame() =>
        Gen.Select(Shapes, Shapes).Sample((left, right) => Math.Abs(left.DistanceTo(right) - right.DistanceTo(left)) < 1e-12, iter: 200);

    [Fact]
    public void DistanceTo_BothTurned_IsTheSame() =>
        Gen.Select(Shapes, Shapes).Sample((left, right) => Math.Abs(left.DistanceTo(right) - left.Turn().DistanceTo(right.Turn())) < 1e-12, iter: 200);

    [Fact]
    public void DistanceTo_Enough_IsTheDistanceOrInfinity() =>
        Gen.Select(Shapes, Shapes, Gen.Double[0.1, 0.8]).Sample(
            (left, right, enough) => left.DistanceTo(right) is var distance && left.DistanceTo(right, enough) == (distance <= enough ? distance : double.PositiveInfinity),
            iter: 500);

    [Theory]
    [InlineData(3, 0, 0, 3, 5, -2)]
    [InlineData(1.4, 0, 0, 0.7, 0, 0)]
    [InlineData(0.01, 0, 0, 0.01, 0, 0)]
    public void DistanceTo_MovedScaledStretched_IsNextToNothing(double xx, double xy, double yx, double yy, double x, double y) =>
        GlyphShape.Of(Flag).DistanceTo(GlyphShape.Of(Map(Flag, point => new GlyphPoint((xx * point.X) + (xy * point.Y) + x, (yx * point.X) + (yy * point.Y) + y)))).ShouldBeLessThan(0.1);

    [Fact]
    public void DistanceTo_SlantedOrLeaning_IsSmall()
    {
        GlyphShape shape = GlyphShape.Of(Flag);

        shape.DistanceTo(GlyphShape.Of(Map(Flag, point => new GlyphPoint(point.X - (0.2 * point.Y), point.Y)))).ShouldBeLessThan(0.12);
        shape.DistanceTo(GlyphShape.Of(Map(Flag, point => new GlyphPoint(point.X - (0.1 * point.Y), point.Y + (0.1 * point.X))))).ShouldBeLessThan(0.05);
    }

    [Fact]
    public void DistanceTo_OtherOrderAndDirectionOfStrokes_IsNextToNothing() =>
        GlyphShape.Of(Flag).DistanceTo(GlyphShape.Of([.. Flag.Reverse().Select(line => line.Reverse().ToArray())])).ShouldBeLessThan(0.06);

    [Fact]
    public void Turn_OfAFlag_IsAnotherShapeButFourAreNone()
    {
        GlyphShape flag = GlyphShape.Of(Flag);

        flag.DistanceTo(flag.Turn()).ShouldBeGreaterThan(GlyphSearch.LeastDistance);
        flag.DistanceTo(flag.Turn().Turn().Turn().Turn()).ShouldBe(0, 1e-12);
        flag.Turn().DistanceTo(GlyphShape.Of(Map(Flag, point => new GlyphPoint(point.Y, -point.X)))).ShouldBe(0, 1e-9);
    }

    [Fact]
    public void Turn_OfACross_IsTheCross() => GlyphShape.Of(Cross).DistanceTo(GlyphShape.Of(Cross).Turn()).ShouldBe(0, 1e-9);

    // No spread across at all: the shape is still made of numbers.
    [Fact]
    public void Of_AStraightLine_IsAShape() => GlyphShape.Of([[new(0, 0), new(1, 1)]]).DistanceTo(GlyphShape.Of(Cross)).ShouldBeInRange(0.1, 2);

    private static GlyphPoint[][] Map(GlyphPoint[][] lines, Converter<GlyphPoint, GlyphPoint> map) => [.. lines.Select(line => Array.ConvertAll(line, map))];
}
