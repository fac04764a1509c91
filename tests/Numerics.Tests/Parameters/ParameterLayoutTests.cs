using S2M.Numerics.Parameters;

namespace S2M.Numerics.Tests.Parameters;

public sealed class ParameterLayoutTests
{
    [Fact]
    public void OffsetOf_EntriesInOrder_LeavesNoGap()
    {
        var layout = new ParameterLayout([new("weight", [2, 3]), new("scale", []), new("bias", [4])]);
        float[] flat = [.. Enumerable.Range(0, layout.Count)];

        layout.Count.ShouldBe(11);
        Enumerable.Range(0, 3).Select(layout.OffsetOf).ShouldBe([0, 6, 7]);
        layout.Slice(flat, 1).ToArray().ShouldBe([6f]);
        layout.Slice(flat, 2).ToArray().ShouldBe([7f, 8f, 9f, 10f]);
    }

    [Fact]
    public void Constructor_NoEntries_IsEmpty() => new ParameterLayout([]).Count.ShouldBe(0);

    [Fact]
    public void Constructor_NameTwice_IsRefused()
        => Should.Throw<ArgumentException>(() => new ParameterLayout([new("a", [1]), new("a", [2])])).Message.ShouldContain("'a' twice");

    [Fact]
    public void Constructor_LengthBelowOne_IsRefused()
        => Should.Throw<ArgumentException>(() => new ParameterLayout([new("a", [2, 0])])).Message.ShouldContain("'a': expected lengths of at least 1, got [2, 0]");

    [Fact]
    public void Constructor_MoreElementsThanAnArrayHolds_IsRefused()
        => Should.Throw<OverflowException>(() => new ParameterLayout([new("a", [1 << 20, 1 << 12])]));
}
