using k8s.Models;
using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>Every selector selects pods of its own render and namespace; those of owners select their own template.</summary>
internal sealed class SelectorRule : IManifestRule
{
    /// <inheritdoc/>
    public IEnumerable<string> Breaches(Manifest manifest)
    {
        foreach ((string where, string space, V1LabelSelector selector) in Selectors(manifest))
        {
            if (!manifest.Pods.Any(pod => pod.Namespace == space && pod.IsSelectedBy(selector)))
            {
                yield return $"{where}: expected a selector of pods in namespace {space}, got one of none";
            }
        }

        IEnumerable<(string, V1LabelSelector)> owners =
        [
            .. manifest.All<V1Deployment>().Select(owner => (owner.Name(), owner.Spec.Selector)),
            .. manifest.All<V1StatefulSet>().Select(owner => (owner.Name(), owner.Spec.Selector)),
        ];
        foreach ((string owner, V1LabelSelector selector) in owners)
        {
            string[] selected = [.. manifest.Pods.Where(pod => pod.IsSelectedBy(selector)).Select(pod => pod.Owner)];
            if (!selected.SequenceEqual([owner], StringComparer.Ordinal))
            {
                yield return $"{owner}: expected a selector of its own pods alone, got those of '{string.Join(' ', selected)}'";
            }
        }
    }

    private static IEnumerable<(string Where, string Namespace, V1LabelSelector Selector)> Selectors(Manifest manifest) =>
    [
        .. manifest.All<V1Service>().Select(service => ($"service {service.Name()}", service.Namespace(), new V1LabelSelector { MatchLabels = service.Spec.Selector })),
        .. manifest.All<V1PodDisruptionBudget>().Select(budget => ($"budget {budget.Name()}", budget.Namespace(), budget.Spec.Selector)),
        .. manifest.All<V1NetworkPolicy>().Select(policy => ($"policy {policy.Name()}", policy.Namespace(), policy.Spec.PodSelector)),
        .. from policy in manifest.All<V1NetworkPolicy>()
           from selector in (policy.Spec.Ingress ?? []).SelectMany(rule => rule.FromProperty ?? []).Select(peer => peer.PodSelector).OfType<V1LabelSelector>()
           select ($"peers of policy {policy.Name()}", policy.Namespace(), selector),
        .. manifest.Pods.SelectMany(pod => (pod.Spec.TopologySpreadConstraints ?? []).Select(spread => ($"spread of {pod.Owner}", pod.Namespace, spread.LabelSelector))),
    ];
}
