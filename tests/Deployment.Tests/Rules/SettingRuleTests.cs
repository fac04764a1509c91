using k8s.Models;
using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>Settings that the coordinator would not take, or would not see.</summary>
/// <param name="renders">The renders.</param>
public sealed class SettingRuleTests(Renders renders)
{
    [Fact]
    public void Breaches_UnknownProperty_IsNamed()
        => Coordinator("S2M_Membership__Vote", "2").ShouldBe(["s2m-coordinator/coordinator: expected a setting of the program, got 'Membership:Vote'"]);

    [Fact]
    public void Breaches_UnknownSection_IsNamed()
        => Coordinator("S2M_Cluster__Votes", "2").ShouldBe(["s2m-coordinator/coordinator: expected a setting of the program, got 'Cluster:Votes'"]);

    [Theory]
    [InlineData("S2M_Membership__Votes", "11", "Votes")]
    [InlineData("S2M_Membership__Votes", "two", "Votes")]
    [InlineData("S2M_Membership__LongestProbe", "00:00:00.5", "LongestProbe: expected at least")]
    [InlineData("S2M_Dispatch__KeepAlive", "4 s", "KeepAlive")]
    [InlineData("S2M_Dispatch__LeaseFactor", "1", "LeaseFactor")]
    [InlineData("S2M_DataSets__MaximumContentBytes", "64Gi", "MaximumContentBytes")]
    [InlineData("S2M_Schedules__Grace", "-00:01:00", "Grace")]
    public void Breaches_ValueThatIsRefused_IsTheProgramsOwnError(string name, string value, string error)
        => Coordinator(name, value).ShouldHaveSingleItem().ShouldContain(error);

    [Fact]
    public void Breaches_SettingOfAWorker_IsNamed()
        => renders.Breaches(new SettingRule(), manifest => manifest.Get<V1Deployment>("s2m-worker").Spec.Template.Spec.Containers[0].Env
                .Add(new V1EnvVar { Name = "S2M_Dispatch__KeepAlive", Value = "00:00:04" }))
            .ShouldBe(["s2m-worker/worker: expected a setting of the program, got 'Dispatch:KeepAlive'"]);

    [Fact]
    public void Breaches_SettingOfAnotherProgram_IsNamed()
        => renders.Breaches(
                new SettingRule(),
                manifest => manifest.Get<V1StatefulSet>("s2m-postgresql").Spec.Template.Spec.Containers[0].Env.Add(new V1EnvVar { Name = "S2M_TOKEN", Value = "t" }),
                "overlays/local")
            .ShouldBe(["s2m-postgresql: expected S2M_TOKEN at a program of ours alone"]);

    private string[] Coordinator(string name, string value) => renders.Breaches(new SettingRule(), manifest => manifest.Get<V1ConfigMap>("s2m-coordinator").Data[name] = value);
}
