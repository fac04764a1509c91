using k8s.Models;
using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>Nobody but coordinators reaches the silos: no Service leads to their port, and the policies that select coordinators open it to coordinators alone.</summary>
internal sealed class SiloRule : IManifestRule
{
    private const string Port = "silo";

    /// <inheritdoc/>
    public IEnumerable<string> Breaches(Manifest manifest)
    {
        foreach (Pod coordinator in manifest.Programs.Where(program => program is { IsCoordinator: true, Serves: true }).Select(program => program.Pod))
        {
            HashSet<string> names = [Port, .. coordinator.Ports.Where(port => port.Name == Port).Select(port => port.ContainerPort.ToString())];
            foreach (V1Service service in manifest.All<V1Service>().Where(service => coordinator.Has(service.Spec.Selector)
                && service.Spec.Ports.Any(port => names.Contains((port.TargetPort ?? port.Port).ToString()))))
            {
                yield return $"service {service.Name()}: expected no way to the silos, got one";
            }

            V1NetworkPolicy[] policies = [.. manifest.All<V1NetworkPolicy>()
                .Where(policy => coordinator.IsSelectedBy(policy.Spec.PodSelector) && policy.Spec.PolicyTypes.Contains("Ingress"))];
            if (policies.Length == 0)
            {
                yield return $"{coordinator.Owner}: expected a policy that closes the silo's port, got none";
            }

            V1NetworkPolicyIngressRule[] opening = [.. policies.SelectMany(policy => policy.Spec.Ingress ?? []).Where(rule => Opens(rule, names))];
            if (opening.Length == 0)
            {
                yield return $"{coordinator.Owner}: expected the silo's port open to coordinators, got it closed to all";
            }

            if (opening.Any(rule => rule.FromProperty is null or { Count: 0 } || !rule.FromProperty.All(peer => IsOnly(peer, coordinator, manifest))))
            {
                yield return $"{coordinator.Owner}: expected the silo's port open to coordinators alone, got it open to others";
            }
        }
    }

    // A rule without ports is for all; a range may hold any.
    private static bool Opens(V1NetworkPolicyIngressRule rule, HashSet<string> names)
        => rule.Ports is null or { Count: 0 } || rule.Ports.Any(port => port.Port is null || port.EndPort is not null || names.Contains(port.Port.ToString()));

    private static bool IsOnly(V1NetworkPolicyPeer peer, Pod coordinator, Manifest manifest)
        => peer is { PodSelector: { } selector, NamespaceSelector: null, IpBlock: null }
        && manifest.Pods.Where(pod => pod.IsSelectedBy(selector)).Select(pod => pod.Owner).SequenceEqual([coordinator.Owner], StringComparer.Ordinal);
}
