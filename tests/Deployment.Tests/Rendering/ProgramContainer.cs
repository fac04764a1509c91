using System.CommandLine;
using k8s.Models;
using S2M.Coordinator.Hosting;
using S2M.Worker.Hosting;

namespace S2M.Deployment.Tests.Rendering;

/// <summary>A container that runs one of our programs, as the cluster would start it.</summary>
/// <param name="Where">Pod and container, for messages.</param>
/// <param name="IsCoordinator">The coordinator's program, be it to serve or to migrate; otherwise the worker's.</param>
/// <param name="Pod">Its pod.</param>
/// <param name="Container">The container.</param>
/// <param name="Variables">Its environment; what the cluster or a Secret gives stands as an example.</param>
internal sealed record ProgramContainer(string Where, bool IsCoordinator, Pod Pod, V1Container Container, IReadOnlyDictionary<string, string> Variables)
{
    private const string CoordinatorImage = "s2m/coordinator";
    private const string WorkerImage = "s2m/worker";

    /// <summary>Whether it is started to serve.</summary>
    internal bool Serves => !Pod.RunsOnce;

    /// <summary>The arguments, with the references to variables replaced as the cluster does it: one to an unknown variable stays as it is.</summary>
    internal IReadOnlyList<string> Arguments => [.. (Container.Args ?? []).Select(Expand)];

    /// <summary>What the real program makes of the arguments.</summary>
    internal ParseResult Parse() => (IsCoordinator ? new CoordinatorCommand().Create() : WorkerCommand.Create()).Parse(Arguments);

    /// <summary>The container as a program of ours; null for another image.</summary>
    internal static ProgramContainer? Of(Manifest manifest, Pod pod, V1Container container)
    {
        string image = container.Image.Split(':')[0];
        return image is CoordinatorImage or WorkerImage
            ? new ProgramContainer($"{pod.Owner}/{container.Name}", image == CoordinatorImage, pod, container, VariablesOf(manifest, container))
            : null;
    }

    private static Dictionary<string, string> VariablesOf(Manifest manifest, V1Container container)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in (container.EnvFrom ?? []).Select(source => source.ConfigMapRef?.Name).OfType<string>())
        {
            foreach ((string key, string value) in manifest.All<V1ConfigMap>().Where(map => map.Name() == name).SelectMany(map => map.Data))
            {
                variables[key] = value;
            }
        }

        foreach (V1EnvVar variable in container.Env ?? [])
        {
            variables[variable.Name] = variable.Value ?? variable.ValueFrom?.FieldRef?.FieldPath switch
            {
                "status.podIP" => "10.1.2.3",
                "metadata.name" => "s2m-pod-7d4b9c-x2x4z",
                _ => "from-a-secret",
            };
        }

        return variables;
    }

    private string Expand(string argument) => Variables.Aggregate(argument, (text, variable) => text.Replace($"$({variable.Key})", variable.Value, StringComparison.Ordinal));
}
