using Microsoft.Extensions.Time.Testing;
using S2M.Coordinator.Dispatch;

namespace S2M.Coordinator.Tests.Dispatch;

/// <summary>Since when a share has its worker for itself.</summary>
public sealed class LaneTurnsTests
{
    [Fact]
    public void Spent_OneBehindTheOther_CountsFromTheEndOfTheFirst()
    {
        var time = new FakeTimeProvider();
        var turns = new LaneTurns(time);
        LaneTurns.Turn first = turns.Enter();
        time.Advance(TimeSpan.FromSeconds(2));
        LaneTurns.Turn second = turns.Enter();
        time.Advance(TimeSpan.FromSeconds(3));

        first.Spent.ShouldBe(TimeSpan.FromSeconds(5));
        second.Spent.ShouldBeNull("it waits");

        first.Dispose();
        time.Advance(TimeSpan.FromSeconds(1));
        second.Spent.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Spent_WhatWaitsIsOverFirst_TheOtherGoesOn()
    {
        var time = new FakeTimeProvider();
        var turns = new LaneTurns(time);
        LaneTurns.Turn first = turns.Enter();
        LaneTurns.Turn second = turns.Enter();
        time.Advance(TimeSpan.FromSeconds(2));

        second.Dispose();

        first.Spent.ShouldBe(TimeSpan.FromSeconds(2));
        second.Spent.ShouldBeNull();
    }
}
