using S2M.Coordinator.Security;

namespace S2M.Coordinator.Tests.Security;

public sealed class AccessTokenTests
{
    [Theory]
    [InlineData("Bearer sesame", true)]
    [InlineData("bearer sesame", true)]
    [InlineData("Bearer  sesame ", true)]
    [InlineData("Bearer Sesame", false)]
    [InlineData("Bearer sesam", false)]
    [InlineData("Bearer sesame!", false)]
    [InlineData("Bearer sesame sesame", false)]
    [InlineData("Bearer ", false)]
    [InlineData("Bearer", false)]
    [InlineData("Basic sesame", false)]
    [InlineData("sesame", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Accepts_Header_OnlyWithTheWholeToken(string? header, bool expected)
    {
        var token = new AccessToken("sesame");

        token.IsRequired.ShouldBeTrue();
        token.Accepts(header).ShouldBe(expected);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer whatever")]
    public void Accepts_NoTokenIsAskedFor_Everybody(string? header)
    {
        var token = new AccessToken(string.Empty);

        token.IsRequired.ShouldBeFalse();
        token.Accepts(header).ShouldBeTrue();
        token.Headers().ShouldBeEmpty();
    }

    [Fact]
    public void Headers_ToAWorker_AreThoseThatItAccepts()
        => new AccessToken("sésame").Accepts(new AccessToken("sésame").Headers().ShouldHaveSingleItem().Value).ShouldBeTrue();
}
