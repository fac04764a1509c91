using k8s.Models;
using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>Pods that would be killed while they end.</summary>
/// <param name="renders">The renders.</param>
public sealed class GraceRuleTests(Renders renders)
{
    [Theory]
    [InlineData(30)]
    [InlineData(null)]
    public void Breaches_CoordinatorWithoutMoreThanItsHostTakes_IsNamed(int? seconds)
        => renders.Breaches(new GraceRule(), manifest => manifest.Get<V1Deployment>("s2m-coordinator").Spec.Template.Spec.TerminationGracePeriodSeconds = seconds)
            .ShouldBe(["s2m-coordinator/coordinator: expected a grace of more than 30 s, which its host may take to end, got 30 s"]);

    [Fact]
    public void Breaches_WorkerThatIsKilledAtOnce_IsNamed()
        => renders.Breaches(new GraceRule(), manifest => manifest.Get<V1Deployment>("s2m-worker").Spec.Template.Spec.TerminationGracePeriodSeconds = 0)
            .ShouldBe(["s2m-worker/worker: expected a grace of more than 5 s, which its host may take to end, got 0 s"]);
}
