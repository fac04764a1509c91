using CsCheck;
using S2M.Numerics.Portable;

namespace S2M.Numerics.Tests.Portable;

/// <summary>Against the C library, which is itself within one unit in the last place of the truth.</summary>
public sealed class PortableMathTests
{
    private const long Ulps = 2;
    private const double Epsilon = 2.220446049250313e-16;

    [Fact]
    public void Exp_AnyFiniteResult_IsWithinTwoUlps()
        => Gen.Double[-745.2, 709.79].Sample(x => ShouldBeClose(PortableMath.Exp(x), Math.Exp(x), x), iter: 50_000);

    [Fact]
    public void Exp_SmallArguments_IsWithinTwoUlps()
        => Gen.Select(Gen.Double[-1, 1], Gen.Int[-60, 3]).Sample((unit, power) => ShouldBeClose(PortableMath.Exp(Math.ScaleB(unit, power)), Math.Exp(Math.ScaleB(unit, power)), unit), iter: 50_000);

    [Fact]
    public void Log_AnyPositiveNumber_IsWithinTwoUlps()
        => Gen.Long[1, BitConverter.DoubleToInt64Bits(double.MaxValue)].Select(BitConverter.Int64BitsToDouble).Sample(x => ShouldBeClose(PortableMath.Log(x), Math.Log(x), x), iter: 50_000);

    [Fact]
    public void Log_AroundOne_IsWithinTwoUlps()
        => Gen.Select(Gen.Double[-0.5, 1], Gen.Int[-50, 0]).Sample((unit, power) => ShouldBeClose(PortableMath.Log(1 + Math.ScaleB(unit, power)), Math.Log(1 + Math.ScaleB(unit, power)), unit), iter: 50_000);

    [Fact]
    public void Sin_AnglesInRange_IsWithinTwoUlps()
        => Angles.Sample(x => ShouldBeClose(PortableMath.Sin(x), Math.Sin(x), x), iter: 50_000);

    [Fact]
    public void Cos_AnglesInRange_IsWithinTwoUlps()
        => Angles.Sample(x => ShouldBeClose(PortableMath.Cos(x), Math.Cos(x), x), iter: 50_000);

    [Fact]
    public void Sin_MultiplesOfHalfPi_IsWithinTwoUlps()
    {
        for (int count = 0; count <= 600_000; count += 7)
        {
            ShouldBeClose(PortableMath.Sin(count * (Math.PI / 2)), Math.Sin(count * (Math.PI / 2)), count);
            ShouldBeClose(PortableMath.Cos(count * (Math.PI / 2)), Math.Cos(count * (Math.PI / 2)), count);
        }
    }

    [Fact]
    public void Pow_AnyResult_ErrsByTheExponentsSize()
        => Gen.Select(Gen.Double[1e-3, 1e3], Gen.Double[-90, 90]).Sample(
            (x, y) =>
            {
                double expected = Math.Pow(x, y);
                double bound = Epsilon * (2 + Math.Abs(y * Math.Log(x)));
                Math.Abs((PortableMath.Pow(x, y) / expected) - 1).ShouldBeLessThan(bound, $"{x} to the power {y}");
            },
            iter: 50_000);

    [Fact]
    public void Pow_DecaysOfAdam_AreCloseToTheProduct()
    {
        double product = 1;
        for (int step = 1; step <= 5000; step++)
        {
            product *= 0.999;
            (1 - PortableMath.Pow(0.999, step)).ShouldBe(1 - product, 1e-14);
        }
    }

    [Fact]
    public void Exp_SpecialValues_AreThoseOfTheStandard()
    {
        double.IsNaN(PortableMath.Exp(double.NaN)).ShouldBeTrue();
        PortableMath.Exp(double.PositiveInfinity).ShouldBe(double.PositiveInfinity);
        PortableMath.Exp(double.NegativeInfinity).ShouldBe(0);
        PortableMath.Exp(0.0).ShouldBe(1);
        PortableMath.Exp(-0.0).ShouldBe(1);
        PortableMath.Exp(710).ShouldBe(double.PositiveInfinity);
        PortableMath.Exp(709.785).ShouldBe(double.PositiveInfinity);
        PortableMath.Exp(-746).ShouldBe(0);
        PortableMath.Exp(-745).ShouldBe(double.Epsilon);
    }

    [Fact]
    public void Log_SpecialValues_AreThoseOfTheStandard()
    {
        double.IsNaN(PortableMath.Log(double.NaN)).ShouldBeTrue();
        double.IsNaN(PortableMath.Log(-1)).ShouldBeTrue();
        double.IsNaN(PortableMath.Log(double.NegativeInfinity)).ShouldBeTrue();
        PortableMath.Log(0.0).ShouldBe(double.NegativeInfinity);
        PortableMath.Log(-0.0).ShouldBe(double.NegativeInfinity);
        PortableMath.Log(double.PositiveInfinity).ShouldBe(double.PositiveInfinity);
        BitConverter.DoubleToInt64Bits(PortableMath.Log(1)).ShouldBe(0);
        ShouldBeClose(PortableMath.Log(double.Epsilon), Math.Log(double.Epsilon), double.Epsilon);
        ShouldBeClose(PortableMath.Log(double.MaxValue), Math.Log(double.MaxValue), double.MaxValue);
    }

    [Fact]
    public void Pow_SpecialValues_AreThoseOfTheStandard()
    {
        PortableMath.Pow(0, 0).ShouldBe(1);
        PortableMath.Pow(double.NaN, 0).ShouldBe(1);
        PortableMath.Pow(0, 3).ShouldBe(0);
        PortableMath.Pow(1, 1e9).ShouldBe(1);
        PortableMath.Pow(0.9, 1e9).ShouldBe(0);
        double.IsNaN(PortableMath.Pow(-2, 2)).ShouldBeTrue("negative bases are out of range");
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(1048577.0)]
    [InlineData(-1e300)]
    public void Sin_OutOfRange_IsNaN(double x)
    {
        double.IsNaN(PortableMath.Sin(x)).ShouldBeTrue();
        double.IsNaN(PortableMath.Cos(x)).ShouldBeTrue();
    }

    [Fact]
    public void Sin_Zeros_KeepTheirSign()
    {
        BitConverter.DoubleToInt64Bits(PortableMath.Sin(0.0)).ShouldBe(0);
        BitConverter.DoubleToInt64Bits(PortableMath.Sin(-0.0)).ShouldBe(long.MinValue);
        PortableMath.Sin(double.Epsilon).ShouldBe(double.Epsilon);
        PortableMath.Cos(-0.0).ShouldBe(1);
    }

    [Theory]
    [InlineData(1.0, 0x4005BF0A8B145769)]
    [InlineData(-700.5, 0xC4FF475C68CA02)]
    public void Exp_FrozenArguments_HaveTheFrozenBits(double x, long bits)
        => BitConverter.DoubleToInt64Bits(PortableMath.Exp(x)).ShouldBe(bits);

    [Theory]
    [InlineData(2.0, 0x3FE62E42FEFA39EF)]
    [InlineData(10.0, 0x40026BB1BBB55516)]
    public void Log_FrozenArguments_HaveTheFrozenBits(double x, long bits)
        => BitConverter.DoubleToInt64Bits(PortableMath.Log(x)).ShouldBe(bits);

    private static Gen<double> Angles => Gen.Select(Gen.Double[-1, 1], Gen.Int[-30, 20], Math.ScaleB);

    private static void ShouldBeClose(double got, double expected, double x)
    {
        long distance = Math.Abs(BitConverter.DoubleToInt64Bits(got) - BitConverter.DoubleToInt64Bits(expected));
        (distance <= Ulps && double.IsNegative(got) == double.IsNegative(expected)).ShouldBeTrue($"at {x:R}: expected {expected:R}, got {got:R}");
    }
}
