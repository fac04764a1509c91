using S2M.Coordinator.Dispatch;

namespace S2M.Coordinator.Tests.Dispatch;

public sealed class ShareClockTests
{
    private static readonly DispatchOptions Options = new()
    {
        FirstLease = TimeSpan.FromMinutes(10),
        ShortestLease = TimeSpan.FromSeconds(30),
        LeaseFactor = 8,
    };

    private readonly ShareClock _clock = new(Options);

    [Fact]
    public void Lease_NothingKnown_IsTheFirst()
    {
        _clock.Add(Work("embed", 1), "a", TimeSpan.FromSeconds(1));

        _clock.Lease(Work("gradient", 4), "a").ShouldBe(TimeSpan.FromMinutes(10));
        _clock.Expected(Work("gradient", 4)).ShouldBeNull();
    }

    [Fact]
    public void Lease_QuickShares_IsTheShortest()
    {
        _clock.Add(Work("gradient", 4), "a", TimeSpan.FromMilliseconds(4));

        _clock.Lease(Work("gradient", 4), "a").ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Lease_SlowShares_GrowsWithItemsAndFactor()
    {
        _clock.Add(Work("gradient", 4), "a", TimeSpan.FromSeconds(40));

        _clock.Expected(Work("gradient", 6)).ShouldBe(TimeSpan.FromSeconds(60));
        _clock.Lease(Work("gradient", 6), "a").ShouldBe(TimeSpan.FromSeconds(480));
    }

    [Fact]
    public void Expected_ManyShares_FollowsTheNewest()
    {
        _clock.Add(Work("gradient", 1), "a", TimeSpan.FromSeconds(10));
        _clock.Add(Work("gradient", 1), "a", TimeSpan.FromSeconds(20));
        _clock.Expected(Work("gradient", 1)).ShouldBe(TimeSpan.FromSeconds(12));

        for (int i = 0; i < 100; i++)
        {
            _clock.Add(Work("gradient", 2), "a", TimeSpan.FromSeconds(40));
        }

        _clock.Expected(Work("gradient", 1)).ShouldNotBeNull().TotalSeconds.ShouldBe(20, 1e-3);
    }

    [Theory]
    [InlineData(1.9, false)]
    [InlineData(2.1, true)]
    public void AreUneven_OneTakesLonger_IsToldFromTwiceAsLongOn(double factor, bool areUneven)
    {
        _clock.Add(Work("gradient", 1), "quick", TimeSpan.FromSeconds(1));
        _clock.Add(Work("gradient", 2), "slow", TimeSpan.FromSeconds(2 * factor));

        _clock.AreUneven("gradient", ["quick", "slow"]).ShouldBe(areUneven);
        _clock.AreUneven("gradient", ["slow"]).ShouldBeFalse();
        _clock.AreUneven("embed", ["quick", "slow"]).ShouldBeFalse("nothing is known of that");
    }

    private static ShareWork Work(string kind, int items) => new(kind, 0, items, _ => { }, _ => { });
}
