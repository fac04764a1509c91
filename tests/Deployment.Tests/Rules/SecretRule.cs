using System.Text.RegularExpressions;
using k8s.Models;
using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>Secrets come by reference alone: no Secret is rendered, and nothing whose name says that it is secret has a value here.</summary>
internal sealed partial class SecretRule : IManifestRule
{
    private const RegexOptions Plain = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;
    private const int TimeoutMilliseconds = 1000;

    /// <inheritdoc/>
    public IEnumerable<string> Breaches(Manifest manifest) =>
    [
        .. manifest.All<V1Secret>().Select(secret => $"secret {secret.Name()}: expected it to be made by whoever runs the cluster, got one with the manifests"),
        .. manifest.All<V1ConfigMap>().SelectMany(map => map.Data.Where(entry => Name().IsMatch(entry.Key) || Value().IsMatch(entry.Value))
            .Select(entry => $"config map {map.Name()}: expected no secret, got {entry.Key}")),
        .. from pod in manifest.Pods
           from container in pod.Containers
           from variable in container.Env ?? []
           where Name().IsMatch(variable.Name) ? variable.ValueFrom?.SecretKeyRef is null : Value().IsMatch(variable.Value ?? string.Empty)
           select $"{pod.Owner}/{container.Name}: expected a reference to a Secret, got {variable.Name} with a value",
        .. from pod in manifest.Pods
           from container in pod.Containers
           from argument in (IEnumerable<string>)[.. container.Command ?? [], .. container.Args ?? []]
           where Value().IsMatch(argument)
           select $"{pod.Owner}/{container.Name}: expected no secret among the arguments, got '{argument.Split('=')[0]}=...'",
    ];

    [GeneratedRegex("token|password|secret|connection_*string|api_?key", Plain, TimeoutMilliseconds)]
    private static partial Regex Name();

    [GeneratedRegex(@"(password|pwd|token|secret)\s*=|bearer ", Plain, TimeoutMilliseconds)]
    private static partial Regex Value();
}
