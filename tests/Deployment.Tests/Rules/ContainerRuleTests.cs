using k8s.Models;
using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>Containers that may too much, or that nobody looks after.</summary>
/// <param name="renders">The renders.</param>
public sealed class ContainerRuleTests(Renders renders)
{
    private static readonly Dictionary<string, Action<V1PodSpec>> Changes = new(StringComparer.Ordinal)
    {
        ["requests of cpu"] = pod => pod.Containers[0].Resources.Requests.Remove("cpu"),
        ["requests of memory"] = pod => pod.Containers[0].Resources.Requests.Remove("memory"),
        ["a limit of memory"] = pod => pod.Containers[0].Resources.Limits = null,
        ["a readiness probe"] = pod => pod.Containers[0].ReadinessProbe = null,
        ["a liveness probe"] = pod => pod.Containers[0].LivenessProbe = null,
        ["a startup probe"] = pod => pod.Containers[0].StartupProbe = null,
        ["runAsNonRoot: true"] = pod => pod.SecurityContext.RunAsNonRoot = null,
        ["a user that is not root"] = pod => pod.Containers[0].SecurityContext.RunAsUser = 0,
        ["a seccomp profile"] = pod => pod.SecurityContext.SeccompProfile.Type = "Unconfined",
        ["allowPrivilegeEscalation: false"] = pod => pod.Containers[0].SecurityContext.AllowPrivilegeEscalation = true,
        ["readOnlyRootFilesystem: true"] = pod => pod.Containers[0].SecurityContext.ReadOnlyRootFilesystem = null,
        ["no capabilities"] = pod => pod.Containers[0].SecurityContext.Capabilities.Add = ["NET_ADMIN"],
    };

    /// <summary>What a container must have.</summary>
    public static TheoryData<string> Demands => [.. Changes.Keys];

    [Theory, MemberData(nameof(Demands))]
    public void Breaches_ContainerWithout_IsNamed(string demand) => Breaches(Changes[demand]).ShouldBe([$"s2m-worker/worker: expected {demand}, got none"]);

    [Fact]
    public void Breaches_PodWithAKeyToTheCluster_IsNamed()
        => Breaches(pod => pod.AutomountServiceAccountToken = null).ShouldBe(["s2m-worker: expected automountServiceAccountToken: false, got none"]);

    [Fact]
    public void Breaches_PodWithVariablesOfTheCluster_IsNamed()
        => Breaches(pod => pod.EnableServiceLinks = true).ShouldBe(["s2m-worker: expected enableServiceLinks: false, got none"]);

    private string[] Breaches(Action<V1PodSpec> change)
        => renders.Breaches(new ContainerRule(), manifest => change(manifest.Get<V1Deployment>("s2m-worker").Spec.Template.Spec));
}
