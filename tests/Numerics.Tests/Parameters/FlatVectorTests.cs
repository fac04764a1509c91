using CsCheck;
using S2M.Numerics.Parameters;

namespace S2M.Numerics.Tests.Parameters;

public sealed class FlatVectorTests
{
    private static readonly Gen<float> Element = Gen.Select(Gen.Float[-1, 1], Gen.Int[-60, 60], MathF.ScaleB);
    private static readonly Gen<float[]> Vector = Element.Array[0, 40];

    [Fact]
    public void Add_AnyLength_IsTheScalarSumBitForBit()
        => Gen.Select(Vector, Element).Sample((left, term) =>
        {
            float[] right = [.. left.Select(value => term - value)];
            float[] sums = new float[left.Length];
            FlatVector.Add(left, right, sums);
            ShouldBeSame(sums, left.Zip(right, (one, other) => one + other));
            FlatVector.Add(left, right, right);
            ShouldBeSame(right, sums);
        });

    [Fact]
    public void Divide_AnyLength_IsTheScalarQuotientBitForBit()
        => Gen.Select(Vector, Gen.Int[1, 65536]).Sample((values, divisor) =>
        {
            float[] expected = [.. values.Select(value => value / divisor)];
            FlatVector.Divide(values, divisor, values);
            ShouldBeSame(values, expected);
        });

    [Fact]
    public void Move_AnyLength_IsTheScalarFormulaBitForBit()
        => Gen.Select(Vector, Gen.Float[0, 1]).Sample((values, share) =>
        {
            float[] newest = [.. values.Select(value => (value * 3) - 1)];
            float kept = 1f - share;
            float[] expected = [.. values.Zip(newest, (old, now) => (kept * old) + (share * now))];
            FlatVector.Move(values, newest, share);
            ShouldBeSame(values, expected);
        });

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void IsFinite_OneValueThatIsNot_IsFoundAnywhere(float value)
    {
        for (int length = 1; length < 40; length++)
        {
            float[] values = [.. Enumerable.Repeat(float.MaxValue, length)];
            FlatVector.IsFinite(values).ShouldBeTrue();
            for (int i = 0; i < length; i++)
            {
                float[] broken = [.. values];
                broken[i] = value;
                FlatVector.IsFinite(broken).ShouldBeFalse();
            }
        }
    }

    [Fact]
    public void Add_LengthsThatDiffer_AreRefused()
        => Should.Throw<ArgumentException>(() => FlatVector.Add(new float[9], new float[8], new float[9])).Message.ShouldContain("equal lengths, got 9 and 8");

    private static void ShouldBeSame(IEnumerable<float> got, IEnumerable<float> expected)
        => got.Select(BitConverter.SingleToInt32Bits).ShouldBe(expected.Select(BitConverter.SingleToInt32Bits));
}
