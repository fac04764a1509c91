using k8s;
using k8s.Models;

namespace S2M.Deployment.Tests.Rendering;

/// <summary>The objects of a render.</summary>
/// <param name="Objects">All of them, in the order of the render.</param>
internal sealed record Manifest(IList<IKubernetesObject<V1ObjectMeta>> Objects)
{
    /// <summary>What runs in pods.</summary>
    internal IEnumerable<Pod> Pods =>
    [
        .. All<V1Deployment>().Select(owner => new Pod(owner.Name(), owner.Namespace(), owner.Spec.Template, RunsOnce: false, [])),
        .. All<V1StatefulSet>().Select(owner => new Pod(
            owner.Name(), owner.Namespace(), owner.Spec.Template, RunsOnce: false, [.. (owner.Spec.VolumeClaimTemplates ?? []).Select(claim => claim.Name())])),
        .. All<V1Job>().Select(owner => new Pod(owner.Name(), owner.Namespace(), owner.Spec.Template, RunsOnce: true, [])),
    ];

    /// <summary>The containers that run our programs.</summary>
    internal IEnumerable<ProgramContainer> Programs => Pods
        .SelectMany(pod => pod.Containers.Select(container => ProgramContainer.Of(this, pod, container)))
        .OfType<ProgramContainer>();

    /// <summary>Reads YAML; a field that its kind does not have, or a value of another type, is refused.</summary>
    /// <param name="yaml">Any number of documents.</param>
    internal static Manifest Parse(string yaml) => new([.. KubernetesYaml.LoadAllFromString(yaml, null, strict: true).Cast<IKubernetesObject<V1ObjectMeta>>()]);

    /// <summary>The objects of a kind.</summary>
    internal IEnumerable<T> All<T>() => Objects.OfType<T>();

    /// <summary>One object, by its name as the source has it: without the hash of a generated one.</summary>
    /// <param name="name">The name, or its begin.</param>
    internal T Get<T>(string name)
        where T : IKubernetesObject<V1ObjectMeta>
        => All<T>().Single(found => found.Name() == name || found.Name().StartsWith($"{name}-", StringComparison.Ordinal));
}
