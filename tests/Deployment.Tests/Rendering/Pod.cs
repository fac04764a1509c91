using k8s.Models;

namespace S2M.Deployment.Tests.Rendering;

/// <summary>A template of pods.</summary>
/// <param name="Owner">The name of the Deployment, StatefulSet or Job.</param>
/// <param name="Namespace">Where it runs.</param>
/// <param name="Template">The template.</param>
/// <param name="RunsOnce">Whether it ends by itself: nobody probes it.</param>
/// <param name="OwnClaims">Volumes that each pod gets of its own, by name.</param>
internal sealed record Pod(string Owner, string Namespace, V1PodTemplateSpec Template, bool RunsOnce, IReadOnlyList<string> OwnClaims)
{
    /// <summary>The specification.</summary>
    internal V1PodSpec Spec => Template.Spec;

    /// <summary>All containers, those that prepare first.</summary>
    internal IEnumerable<V1Container> Containers => [.. Spec.InitContainers ?? [], .. Spec.Containers];

    /// <summary>The named and numbered ports of all containers.</summary>
    internal IEnumerable<V1ContainerPort> Ports => Containers.SelectMany(container => container.Ports ?? []);

    /// <summary>Whether a port is one of a container's, by name or number.</summary>
    internal bool HasPort(string port) => Ports.Any(own => own.Name == port || own.ContainerPort.ToString() == port);

    /// <summary>Whether labels are asked for that this template has.</summary>
    /// <param name="labels">Names and values; none asks for every pod.</param>
    internal bool Has(IDictionary<string, string>? labels)
        => labels is null || labels.All(label => Template.Metadata.Labels.TryGetValue(label.Key, out string? value) && value == label.Value);

    /// <summary>Whether a selector takes these pods.</summary>
    internal bool IsSelectedBy(V1LabelSelector selector) => Has(selector.MatchLabels) && (selector.MatchExpressions ?? []).All(Fulfills);

    private bool Fulfills(V1LabelSelectorRequirement requirement)
    {
        string? value = Template.Metadata.Labels.TryGetValue(requirement.Key, out string? found) ? found : null;
        return requirement.OperatorProperty switch
        {
            "In" => value is not null && requirement.Values.Contains(value),
            "NotIn" => value is null || !requirement.Values.Contains(value),
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            _ => false,
        };
    }
}
