using k8s.Models;
using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>
/// Mounts name volumes of their pod, and what our programs write to is mounted, since nothing else can be written; the state is one claim, not a folder of each pod.
/// </summary>
internal sealed class VolumeRule : IManifestRule
{
    private const string Temporary = "/tmp";

    /// <inheritdoc/>
    public IEnumerable<string> Breaches(Manifest manifest) =>
    [
        .. from pod in manifest.Pods
           let volumes = (pod.Spec.Volumes ?? []).Select(volume => volume.Name).Concat(pod.OwnClaims).ToHashSet(StringComparer.Ordinal)
           from mount in pod.Containers.SelectMany(container => container.VolumeMounts ?? [])
           where !volumes.Contains(mount.Name)
           select $"{pod.Owner}: expected a volume of the pod at {mount.MountPath}, got '{mount.Name}'",
        .. manifest.Programs.SelectMany(Unwritable),
    ];

    private static IEnumerable<string> Unwritable(ProgramContainer program)
    {
        IEnumerable<string> folders = [Temporary, .. program.Serves ? [program.Parse().GetValue<string>(program.IsCoordinator ? "--state" : "--cache")!] : Array.Empty<string>()];
        foreach (string folder in folders)
        {
            V1VolumeMount? mount = (program.Container.VolumeMounts ?? []).FirstOrDefault(mount => mount.ReadOnlyProperty is not true && IsWithin(folder, mount.MountPath));
            if (mount is null)
            {
                yield return $"{program.Where}: expected a volume at {folder}, which the program writes to, got none";
            }
            else if (folder != Temporary && program.IsCoordinator && program.Pod.Spec.Volumes.FirstOrDefault(volume => volume.Name == mount.Name)?.PersistentVolumeClaim is null)
            {
                yield return $"{program.Where}: expected a claim at {folder}, which all coordinators share, got another volume";
            }
        }
    }

    private static bool IsWithin(string folder, string mount) => folder == mount || folder.StartsWith($"{mount}/", StringComparison.Ordinal);
}
