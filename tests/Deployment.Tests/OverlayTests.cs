using System.CommandLine;
using k8s.Models;
using S2M.Deployment.Tests.Rendering;
using S2M.Worker.Hosting;

namespace S2M.Deployment.Tests;

/// <summary>What each overlay is for.</summary>
/// <param name="renders">The renders.</param>
public sealed class OverlayTests(Renders renders)
{
    [Fact]
    public void Base_State_IsSharedByNodes() => renders.Manifest("base").Get<V1PersistentVolumeClaim>("s2m-state").Spec.AccessModes.ShouldBe(["ReadWriteMany"]);

    [Fact]
    public void Local_State_IsOfOneNode() => renders.Manifest("overlays/local").Get<V1PersistentVolumeClaim>("s2m-state").Spec.AccessModes.ShouldBe(["ReadWriteOnce"]);

    [Fact]
    public void Gpu_Worker_HasOneGpuAndTheImageWithCuda()
    {
        V1PodSpec pod = renders.Manifest("overlays/gpu").Get<V1Deployment>("s2m-worker").Spec.Template.Spec;

        pod.Containers[0].Image.ShouldEndWith("-cuda");
        pod.Containers[0].Resources.Limits["nvidia.com/gpu"].ToString().ShouldBe("1");
        pod.Tolerations.ShouldHaveSingleItem().Key.ShouldBe("nvidia.com/gpu");
    }

    /// <summary>The worker refuses every device but cpu as yet. Once it takes CUDA this fails, and the overlay must ask for it.</summary>
    [Fact]
    public void Gpu_Worker_ComputesOnTheGpuOnceTheProgramCan()
    {
        ProgramContainer worker = renders.Manifest("overlays/gpu").Programs.Single(program => program is { IsCoordinator: false });
        ParseResult withCuda = WorkerCommand.Create().Parse([.. worker.Arguments, "--device=cuda:0"]);

        bool programTakesCuda = withCuda.Errors.Count == 0;
        bool overlayAsksForIt = worker.Arguments.Any(argument => argument.StartsWith("--device=cuda", StringComparison.Ordinal));

        overlayAsksForIt.ShouldBe(programTakesCuda);
    }

    [Fact]
    public void Workers_Coordinator_IsAServiceOfTheRender()
    {
        foreach (string folder in (string[])["base", "overlays/local", "overlays/gpu"])
        {
            Manifest manifest = renders.Manifest(folder);
            string address = manifest.Programs.Single(program => !program.IsCoordinator).Parse().GetValue<string[]>("--coordinator")!.ShouldHaveSingleItem();

            V1Service service = manifest.All<V1Service>().Single(service => service.Name() == new Uri(address).Host);
            service.Spec.Ports.ShouldContain(port => port.Port == new Uri(address).Port);
        }
    }
}
