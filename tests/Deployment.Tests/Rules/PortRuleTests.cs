using k8s.Models;
using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>Ports that nobody listens on.</summary>
/// <param name="renders">The renders.</param>
public sealed class PortRuleTests(Renders renders)
{
    [Fact]
    public void Breaches_ServiceToNoPort_IsNamed()
        => Breaches(manifest => manifest.Get<V1Service>("s2m-coordinator-pods").Spec.Ports[0].TargetPort = "http")
            .ShouldBe(["service s2m-coordinator-pods: expected a port of s2m-coordinator, got 'http'"]);

    [Fact]
    public void Breaches_GrpcProbeOfNoPort_IsNamed()
        => Breaches(manifest => Worker(manifest).ReadinessProbe.Grpc.Port = 5300).ShouldBe(["probe of s2m-worker/worker: expected a port of s2m-worker, got '5300'"]);

    [Fact]
    public void Breaches_HttpProbeOfNoPort_IsNamed()
        => Breaches(manifest => Worker(manifest).LivenessProbe.HttpGet.Port = "health").ShouldBe(["probe of s2m-worker/worker: expected a port of s2m-worker, got 'health'"]);

    [Fact]
    public void Breaches_PolicyOfNoPort_IsNamed()
        => Breaches(manifest => manifest.Get<V1NetworkPolicy>("s2m-worker").Spec.Ingress[0].Ports[0].Port = "silo")
            .ShouldBe(["policy s2m-worker: expected a port of s2m-worker, got 'silo'"]);

    [Fact]
    public void Breaches_ScrapedPortOfNobody_IsNamed()
        => Breaches(manifest => manifest.Get<V1Deployment>("s2m-worker").Spec.Template.Metadata.Annotations["prometheus.io/port"] = "9465")
            .ShouldBe(["annotation prometheus.io/port of s2m-worker: expected a port of s2m-worker, got '9465'"]);

    [Fact]
    public void Breaches_TwoPortsOfOneName_AreNamed()
        => Breaches(manifest => Worker(manifest).Ports.Add(new V1ContainerPort { Name = "grpc", ContainerPort = 1 }))
            .ShouldBe(["s2m-worker: expected a name of its own for each port"]);

    private static V1Container Worker(Manifest manifest) => manifest.Get<V1Deployment>("s2m-worker").Spec.Template.Spec.Containers[0];

    private string[] Breaches(Action<Manifest> breakIt) => renders.Breaches(new PortRule(), breakIt);
}
