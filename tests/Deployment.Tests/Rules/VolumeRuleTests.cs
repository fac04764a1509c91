using k8s.Models;
using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>Folders that cannot be written, or that are not the ones that are shared.</summary>
/// <param name="renders">The renders.</param>
public sealed class VolumeRuleTests(Renders renders)
{
    [Fact]
    public void Breaches_MountOfNoVolume_IsNamed()
        => Breaches("s2m-worker", pod => pod.Volumes.RemoveAt(0)).ShouldBe(["s2m-worker: expected a volume of the pod at /var/cache/s2m, got 'cache'"]);

    [Fact]
    public void Breaches_CacheThatIsNotMounted_IsNamed()
        => Breaches("s2m-worker", pod => pod.Containers[0].VolumeMounts.Single(mount => mount.Name == "cache").MountPath = "/var/cache/s2")
            .ShouldBe(["s2m-worker/worker: expected a volume at /var/cache/s2m, which the program writes to, got none"]);

    [Fact]
    public void Breaches_StateThatIsReadOnly_IsNamed()
        => Breaches("s2m-coordinator", pod => pod.Containers[0].VolumeMounts.Single(mount => mount.Name == "state").ReadOnlyProperty = true)
            .ShouldBe(["s2m-coordinator/coordinator: expected a volume at /var/lib/s2m, which the program writes to, got none"]);

    [Fact]
    public void Breaches_StateOfEachPod_IsNamed()
        => Breaches("s2m-coordinator", pod => pod.Volumes[0] = new V1Volume { Name = "state", EmptyDir = new V1EmptyDirVolumeSource() })
            .ShouldBe(["s2m-coordinator/coordinator: expected a claim at /var/lib/s2m, which all coordinators share, got another volume"]);

    private string[] Breaches(string deployment, Action<V1PodSpec> change)
        => renders.Breaches(new VolumeRule(), manifest => change(manifest.Get<V1Deployment>(deployment).Spec.Template.Spec));
}
