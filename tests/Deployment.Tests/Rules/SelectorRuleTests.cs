using k8s.Models;
using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>Selectors that go astray.</summary>
/// <param name="renders">The renders.</param>
public sealed class SelectorRuleTests(Renders renders)
{
    private const string Component = "app.kubernetes.io/component";

    [Fact]
    public void Breaches_ServiceOfNoPod_IsNamed()
        => Breaches(manifest => manifest.Get<V1Service>("s2m-coordinator-pods").Spec.Selector[Component] = "coordinators")
            .ShouldBe(["service s2m-coordinator-pods: expected a selector of pods in namespace s2m, got one of none"]);

    [Fact]
    public void Breaches_BudgetOfNoPod_IsNamed()
        => Breaches(manifest => manifest.Get<V1PodDisruptionBudget>("s2m-coordinator").Spec.Selector.MatchLabels["tier"] = "back")
            .ShouldHaveSingleItem().ShouldStartWith("budget s2m-coordinator");

    [Fact]
    public void Breaches_PolicyPeerOfNoPod_IsNamed()
        => Breaches(
                manifest => manifest.Get<V1NetworkPolicy>("s2m-postgresql").Spec.Ingress[0].FromProperty[0].PodSelector.MatchExpressions[0].Values = ["coordinators"],
                "overlays/local")
            .ShouldHaveSingleItem().ShouldStartWith("peers of policy s2m-postgresql");

    [Fact]
    public void Breaches_ServiceOfAnotherNamespace_IsNamed()
        => Breaches(manifest => manifest.Get<V1Service>("s2m-coordinator-pods").Metadata.NamespaceProperty = "default")
            .ShouldHaveSingleItem().ShouldContain("in namespace default");

    [Fact]
    public void Breaches_OwnerOfAnothersPods_IsNamed()
        => Breaches(manifest => manifest.Get<V1Deployment>("s2m-worker").Spec.Selector.MatchLabels.Remove(Component))
            .ShouldBe(["s2m-worker: expected a selector of its own pods alone, got those of 's2m-coordinator s2m-worker s2m-migration'"]);

    [Fact]
    public void Breaches_SpreadOverOthersPods_IsNamed()
        => Breaches(manifest => manifest.Get<V1Deployment>("s2m-worker").Spec.Template.Spec.TopologySpreadConstraints[0].LabelSelector.MatchLabels[Component] = "workers")
            .ShouldHaveSingleItem().ShouldStartWith("spread of s2m-worker");

    private string[] Breaches(Action<Manifest> breakIt, string folder = "base") => renders.Breaches(new SelectorRule(), breakIt, folder);
}
