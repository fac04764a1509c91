using k8s.Models;
using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>Whoever names a port names one that a container has: Services, probes, policies, annotations.</summary>
internal sealed class PortRule : IManifestRule
{
    private const string ScrapePort = "prometheus.io/port";

    /// <inheritdoc/>
    public IEnumerable<string> Breaches(Manifest manifest)
    {
        foreach ((string where, Pod pod, string port) in Uses(manifest).Where(use => !use.Pod.HasPort(use.Port)))
        {
            yield return $"{where}: expected a port of {pod.Owner}, got '{port}'";
        }

        foreach (Pod pod in manifest.Pods.Where(pod => pod.Ports.Select(port => port.Name).Distinct(StringComparer.Ordinal).Count() < pod.Ports.Count()))
        {
            yield return $"{pod.Owner}: expected a name of its own for each port";
        }
    }

    private static IEnumerable<(string Where, Pod Pod, string Port)> Uses(Manifest manifest) =>
    [
        .. from service in manifest.All<V1Service>()
           from pod in manifest.Pods.Where(pod => pod.Has(service.Spec.Selector))
           from port in service.Spec.Ports
           select ($"service {service.Name()}", pod, (port.TargetPort ?? port.Port).ToString()),
        .. from policy in manifest.All<V1NetworkPolicy>()
           from pod in manifest.Pods.Where(pod => pod.IsSelectedBy(policy.Spec.PodSelector))
           from port in (policy.Spec.Ingress ?? []).SelectMany(rule => rule.Ports ?? [])
           select ($"policy {policy.Name()}", pod, port.Port.ToString()),
        .. from pod in manifest.Pods
           from container in pod.Containers
           from port in Probes(container).Select(PortOf).OfType<string>()
           select ($"probe of {pod.Owner}/{container.Name}", pod with { Template = Alone(pod, container) }, port),
        .. from pod in manifest.Pods
           from annotation in (pod.Template.Metadata.Annotations ?? new Dictionary<string, string>(StringComparer.Ordinal)).Where(annotation => annotation.Key == ScrapePort)
           select ($"annotation {ScrapePort} of {pod.Owner}", pod, annotation.Value),
    ];

    private static IEnumerable<V1Probe> Probes(V1Container container) => new[] { container.StartupProbe, container.ReadinessProbe, container.LivenessProbe }.OfType<V1Probe>();

    private static string? PortOf(V1Probe probe) => probe.Grpc?.Port.ToString() ?? probe.HttpGet?.Port.ToString() ?? probe.TcpSocket?.Port.ToString();

    // A probe's name counts within its container.
    private static V1PodTemplateSpec Alone(Pod pod, V1Container container) => new() { Metadata = pod.Template.Metadata, Spec = new V1PodSpec { Containers = [container] } };
}
