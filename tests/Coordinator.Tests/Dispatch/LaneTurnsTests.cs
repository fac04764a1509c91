using Microsoft.Extensions.Time.Testing;
using S2M.Coordinator.Dispatch;

namespace S2M.Coordinator.Tests.Dispatch;

/// <summary>What a share may take, and took, behind another one.</summary>
public sealed class LaneTurnsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly LaneTurns _turns;

    public LaneTurnsTests() => _turns = new LaneTurns(_time);

    // A small share behind a large one must not run out of time while it waits.
    [Fact]
    public void Lease_BehindAnother_IsItsOwnAndThatOfTheOther()
    {
        using LaneTurns.Turn large = _turns.Enter(TimeSpan.FromMinutes(40));
        LaneTurns.Turn small = _turns.Enter(TimeSpan.FromSeconds(30));

        large.Lease.ShouldBe(TimeSpan.FromMinutes(40));
        small.Lease.ShouldBe(TimeSpan.FromMinutes(40.5));
        small.Dispose();
        _turns.Enter(TimeSpan.FromSeconds(20)).Lease.ShouldBe(TimeSpan.FromMinutes(40) + TimeSpan.FromSeconds(20), "what is over counts no more");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Spent_OneBehindTheOther_IsTheTimeOfEachWhicheverComesFirst(bool isSwapped)
    {
        LaneTurns.Turn first = _turns.Enter(TimeSpan.FromMinutes(1));
        LaneTurns.Turn second = _turns.Enter(TimeSpan.FromMinutes(1));
        (LaneTurns.Turn one, LaneTurns.Turn other) = isSwapped ? (second, first) : (first, second);
        _time.Advance(TimeSpan.FromSeconds(3));
        one.Spent.ShouldBe(TimeSpan.FromSeconds(3));

        one.Dispose();
        _time.Advance(TimeSpan.FromSeconds(2));

        other.Spent.ShouldBe(TimeSpan.FromSeconds(2));
        other.Dispose();
        _time.Advance(TimeSpan.FromSeconds(7));
        LaneTurns.Turn later = _turns.Enter(TimeSpan.FromMinutes(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        later.Spent.ShouldBe(TimeSpan.FromSeconds(1), "the pause before it is nobody's");
    }

    [Fact]
    public void IsFirst_OneBehindTheOther_IsTheOneThatWasSentFirst()
    {
        LaneTurns.Turn first = _turns.Enter(TimeSpan.FromMinutes(1));
        LaneTurns.Turn second = _turns.Enter(TimeSpan.FromMinutes(1));
        (first.IsFirst, second.IsFirst).ShouldBe((true, false));

        first.Dispose();

        second.IsFirst.ShouldBeTrue();
    }
}
