using k8s;
using k8s.Models;
using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>What pods refer to is in the render, or is one of the Secrets that the page on the manifests tells the user to make.</summary>
internal sealed class ReferenceRule : IManifestRule
{
    /// <summary>The Secrets that the user makes, as NAME/KEY.</summary>
    internal static readonly IReadOnlySet<string> UsersSecrets = new HashSet<string>(StringComparer.Ordinal)
    {
        "s2m-token/token", "s2m-database/connection-string", "s2m-database/postgres-password",
    };

    /// <inheritdoc/>
    public IEnumerable<string> Breaches(Manifest manifest) => manifest.Pods.SelectMany(pod => Breaches(manifest, pod));

    private static IEnumerable<string> Breaches(Manifest manifest, Pod pod)
    {
        V1EnvVarSource[] sources = [.. pod.Containers.SelectMany(container => container.Env ?? []).Select(variable => variable.ValueFrom).OfType<V1EnvVarSource>()];
        V1Volume[] volumes = [.. pod.Spec.Volumes ?? []];
        foreach (string key in sources.Select(source => source.SecretKeyRef).OfType<V1SecretKeySelector>().Select(secret => $"{secret.Name}/{secret.Key}")
            .Concat(volumes.Select(volume => volume.Secret?.SecretName).OfType<string>())
            .Concat(pod.Containers.SelectMany(container => container.EnvFrom ?? []).Select(source => source.SecretRef?.Name).OfType<string>())
            .Where(key => !UsersSecrets.Contains(key)))
        {
            yield return $"{pod.Owner}: expected a Secret that the user is told to make, got '{key}'";
        }

        IEnumerable<string> maps =
        [
            .. sources.Select(source => source.ConfigMapKeyRef?.Name).OfType<string>(),
            .. pod.Containers.SelectMany(container => container.EnvFrom ?? []).Select(source => source.ConfigMapRef?.Name).OfType<string>(),
            .. volumes.Select(volume => volume.ConfigMap?.Name).OfType<string>(),
        ];
        IEnumerable<string> missing =
        [
            .. maps.Where(name => !Has<V1ConfigMap>(name)),
            .. volumes.Select(volume => volume.PersistentVolumeClaim?.ClaimName).OfType<string>().Where(name => !Has<V1PersistentVolumeClaim>(name)),
            .. new[] { pod.Spec.ServiceAccountName }.Where(name => !Has<V1ServiceAccount>(name)),
        ];
        foreach (string name in missing)
        {
            yield return $"{pod.Owner}: expected '{name ?? "a service account"}' in the render and in namespace {pod.Namespace}, got none";
        }

        bool Has<T>(string? name)
            where T : IKubernetesObject<V1ObjectMeta>
            => manifest.All<T>().Any(found => found.Name() == name && found.Namespace() == pod.Namespace);
    }
}
