using CsCheck;

namespace S2M.Specification.Tests;

public sealed class EditDistanceTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("steps", "steps", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("flaw", "lawn", 2)]
    public void Between_KnownWords_IsKnown(string left, string right, int expected) => EditDistance.Between(left, right).ShouldBe(expected);

    [Fact]
    public void Between_AnyWords_IsSymmetricAndBounded() =>
        Gen.Select(Gen.String[0, 12], Gen.String[0, 12]).Sample((left, right) =>
            EditDistance.Between(left, right) is var distance
            && distance == EditDistance.Between(right, left)
            && distance <= Math.Max(left.Length, right.Length)
            && distance >= Math.Abs(left.Length - right.Length)
            && (distance == 0) == (left == right));
}
