using k8s.Models;
using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>Ways to the silos.</summary>
/// <param name="renders">The renders.</param>
public sealed class SiloRuleTests(Renders renders)
{
    private const string Others = "s2m-coordinator: expected the silo's port open to coordinators alone, got it open to others";

    [Theory]
    [InlineData("silo")]
    [InlineData("15300")]
    public void Breaches_ServiceToASilo_IsNamed(string port)
        => renders.Breaches(new SiloRule(), manifest => manifest.Get<V1Service>("s2m-coordinator-pods").Spec.Ports[0].TargetPort = port)
            .ShouldBe(["service s2m-coordinator-pods: expected no way to the silos, got one"]);

    [Fact]
    public void Breaches_NoPolicy_IsNamed()
        => renders.Breaches(new SiloRule(), manifest => manifest.Objects.Remove(manifest.Get<V1NetworkPolicy>("s2m-coordinator")))
            .ShouldContain(breach => breach.StartsWith("s2m-coordinator: expected a policy that closes", StringComparison.Ordinal));

    [Fact]
    public void Breaches_PortClosedToCoordinatorsToo_IsNamed()
        => Breaches(policy => policy.Ingress.RemoveAt(0)).ShouldBe(["s2m-coordinator: expected the silo's port open to coordinators, got it closed to all"]);

    [Fact]
    public void Breaches_PortOpenToEverybody_IsNamed() => Breaches(policy => policy.Ingress[0].FromProperty = null).ShouldBe([Others]);

    [Fact]
    public void Breaches_PortOpenToWorkers_IsNamed()
        => Breaches(policy => policy.Ingress[0].FromProperty[0].PodSelector.MatchLabels.Remove("app.kubernetes.io/component")).ShouldBe([Others]);

    [Fact]
    public void Breaches_PortOpenToOtherNamespaces_IsNamed() => Breaches(policy => policy.Ingress[0].FromProperty[0].NamespaceSelector = new V1LabelSelector()).ShouldBe([Others]);

    [Fact]
    public void Breaches_EveryPortOpenToEverybody_IsNamed() => Breaches(policy => policy.Ingress[1].Ports = null).ShouldBe([Others]);

    private string[] Breaches(Action<V1NetworkPolicySpec> change) => renders.Breaches(new SiloRule(), manifest => change(manifest.Get<V1NetworkPolicy>("s2m-coordinator").Spec));
}
