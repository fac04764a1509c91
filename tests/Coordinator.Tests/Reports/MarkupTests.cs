using S2M.Coordinator.Reports;

namespace S2M.Coordinator.Tests.Reports;

public sealed class MarkupTests
{
    [Fact]
    public void Of_TextInAHole_IsEscaped()
        => Markup.Of($"<p title=\"{"\"><script>alert('x')</script>"}\">{"a & b"}</p>").Text
            .ShouldBe("<p title=\"&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;\">a &amp; b</p>");

    [Fact]
    public void Of_MarkupInAHole_IsTakenAsItIs() => Markup.Of($"<ul>{Markup.Join([Markup.Of($"<li>{1.5:F2}</li>")])}</ul>").Text.ShouldBe("<ul><li>1.50</li></ul>");

    [Fact]
    public void EpisodesSection_HostileClassName_IsEscaped()
    {
        var concept = new PicturedConcept("<img src=x onerror=alert(1)>", [[1]], [new PicturedQuery([2], -1.25, 0, -1.25, true)]);
        string text = EpisodesSection.Write([new PicturedEpisode(1, true, [concept])]).Text;

        text.ShouldNotContain("<img src=x");
        text.ShouldContain("&lt;img src=x onerror=alert(1)&gt;");
    }
}
