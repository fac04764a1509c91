using S2M.Coordinator.Hosting;
using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>Images are named by a tag that does not move: ours by this build's version, those with CUDA with that behind it.</summary>
internal sealed class ImageRule : IManifestRule
{
    /// <inheritdoc/>
    public IEnumerable<string> Breaches(Manifest manifest)
    {
        string version = typeof(CoordinatorHost).Assembly.GetName().Version!.ToString(3);
        foreach (Pod pod in manifest.Pods)
        {
            foreach (string image in pod.Containers.Select(container => container.Image))
            {
                string? tag = image.Split(':') is [_, { Length: > 0 } found] ? found : null;
                if (tag is null or "latest")
                {
                    yield return $"{pod.Owner}: expected an image with a tag that does not move, got '{image}'";
                }
                else if (image.StartsWith("s2m/", StringComparison.Ordinal) && tag != version && tag != $"{version}-cuda")
                {
                    yield return $"{pod.Owner}: expected an image of version {version}, got '{image}'";
                }
            }
        }
    }
}
