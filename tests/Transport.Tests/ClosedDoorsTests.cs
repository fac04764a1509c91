using Microsoft.Extensions.Time.Testing;

namespace S2M.Transport.Tests;

public sealed class ClosedDoorsTests
{
    [Fact]
    public void Has_AClosedDoor_IsForgottenAfterAWhile()
    {
        var time = new FakeTimeProvider();
        var closed = new ClosedDoors(time);
        var address = new Uri("http://host:1");
        closed.Has(address).ShouldBeFalse();

        closed.Add(address);

        closed.Has(address).ShouldBeTrue();
        closed.Has(new Uri("http://host:2")).ShouldBeFalse("another one");
        time.Advance(TimeSpan.FromMinutes(10));
        closed.Has(address).ShouldBeFalse();
    }

    [Fact]
    public void Has_EncryptedCalls_AreLeftAlone() => new ClosedDoors(TimeProvider.System).Has(new Uri("https://host:1")).ShouldBeTrue();
}
