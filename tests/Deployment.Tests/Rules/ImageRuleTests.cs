using k8s.Models;
using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>Images that change under their name.</summary>
/// <param name="renders">The renders.</param>
public sealed class ImageRuleTests(Renders renders)
{
    [Theory]
    [InlineData("s2m/worker")]
    [InlineData("s2m/worker:latest")]
    [InlineData("s2m/worker:")]
    public void Breaches_TagThatMoves_IsNamed(string image) => Breaches(image).ShouldBe([$"s2m-worker: expected an image with a tag that does not move, got '{image}'"]);

    [Fact]
    public void Breaches_AnotherVersionThanThisBuilds_IsNamed() => Breaches("s2m/worker:0.0.9").ShouldHaveSingleItem().ShouldEndWith("got 's2m/worker:0.0.9'");

    private string[] Breaches(string image)
        => renders.Breaches(new ImageRule(), manifest => manifest.Get<V1Deployment>("s2m-worker").Spec.Template.Spec.Containers[0].Image = image);
}
