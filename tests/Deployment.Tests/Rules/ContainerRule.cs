using k8s.Models;
using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>Every container says what it needs and may, and how it is probed; no pod holds a key to the cluster.</summary>
internal sealed class ContainerRule : IManifestRule
{
    /// <inheritdoc/>
    public IEnumerable<string> Breaches(Manifest manifest) => manifest.Pods.SelectMany(Breaches);

    private static IEnumerable<string> Breaches(Pod pod) =>
    [
        .. Missing(pod.Owner,
            ("automountServiceAccountToken: false", pod.Spec.AutomountServiceAccountToken is false),
            ("enableServiceLinks: false", pod.Spec.EnableServiceLinks is false)),
        .. pod.Containers.SelectMany(container => Breaches(pod, container)),
    ];

    private static IEnumerable<string> Breaches(Pod pod, V1Container container)
    {
        V1SecurityContext? own = container.SecurityContext;
        V1PodSecurityContext? all = pod.Spec.SecurityContext;
        return Missing(
            $"{pod.Owner}/{container.Name}",
            ("requests of cpu", container.Resources?.Requests?.ContainsKey("cpu") is true),
            ("requests of memory", container.Resources?.Requests?.ContainsKey("memory") is true),
            ("a limit of memory", container.Resources?.Limits?.ContainsKey("memory") is true),
            ("a readiness probe", pod.RunsOnce || container.ReadinessProbe is not null),
            ("a liveness probe", pod.RunsOnce || container.LivenessProbe is not null),
            ("a startup probe", pod.RunsOnce || container.StartupProbe is not null),
            ("runAsNonRoot: true", (own?.RunAsNonRoot ?? all?.RunAsNonRoot) is true),
            ("a user that is not root", (own?.RunAsUser ?? all?.RunAsUser) is > 0),
            ("a seccomp profile", (own?.SeccompProfile ?? all?.SeccompProfile)?.Type == "RuntimeDefault"),
            ("allowPrivilegeEscalation: false", own?.AllowPrivilegeEscalation is false),
            ("readOnlyRootFilesystem: true", own?.ReadOnlyRootFilesystem is true),
            ("no capabilities", own?.Capabilities?.Drop?.Contains("ALL") is true && own.Capabilities.Add is null or { Count: 0 }));
    }

    private static IEnumerable<string> Missing(string where, params (string What, bool Holds)[] demands)
        => demands.Where(demand => !demand.Holds).Select(demand => $"{where}: expected {demand.What}, got none");
}
