using k8s.Models;
using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>Command lines that the programs refuse.</summary>
/// <param name="renders">The renders.</param>
public sealed class ArgumentRuleTests(Renders renders)
{
    [Fact]
    public void Breaches_UnknownOption_IsTheProgramsOwnError()
        => Breaches("s2m-coordinator", arguments => arguments.Add("--silo-host=10.0.0.1")).ShouldHaveSingleItem().ShouldContain("'--silo-host=10.0.0.1'");

    [Fact]
    public void Breaches_ValueThatIsRefused_IsTheProgramsOwnError()
        => Breaches("s2m-worker", arguments => arguments.Add("--threads=2")).ShouldHaveSingleItem().ShouldStartWith("s2m-worker/worker: --threads: expected 1, got '2'");

    [Fact]
    public void Breaches_UnknownSubcommandOption_IsTheProgramsOwnError()
        => renders.Breaches(new ArgumentRule(), manifest => manifest.Get<V1Job>("s2m-migration").Spec.Template.Spec.Containers[0].Args.Add("--no-migrate"))
            .ShouldHaveSingleItem().ShouldContain("'--no-migrate'");

    [Fact]
    public void Breaches_VariableThatIsNotThere_IsNamed()
        => Breaches("s2m-coordinator", arguments => arguments[1] = "--advertise=http://$(POD_ADDRESS):5300")
            .ShouldBe(["s2m-coordinator/coordinator: expected variables of the container, got '--advertise=http://$(POD_ADDRESS):5300'"]);

    [Fact]
    public void Breaches_PortThatNobodyListensOn_IsNamed()
        => Breaches("s2m-coordinator", arguments => arguments[arguments.IndexOf("--silo-port=15300")] = "--silo-port=15301")
            .ShouldBe(["s2m-coordinator/coordinator: expected port silo where the program listens, 15301, got 15300"]);

    [Fact]
    public void Breaches_NoMetrics_IsNamed()
        => Breaches("s2m-worker", arguments => arguments.Remove("--metrics-port=9464"))
            .ShouldBe(["s2m-worker/worker: expected port metrics where the program listens, nowhere, got 9464"]);

    [Fact]
    public void Breaches_AnotherCommand_IsNamed()
        => renders.Breaches(new ArgumentRule(), manifest => manifest.Get<V1Deployment>("s2m-worker").Spec.Template.Spec.Containers[0].Command = ["sh"])
            .ShouldBe(["s2m-worker/worker: expected the image's own command, got 'sh'"]);

    private string[] Breaches(string deployment, Action<IList<string>> change)
        => renders.Breaches(new ArgumentRule(), manifest => change(manifest.Get<V1Deployment>(deployment).Spec.Template.Spec.Containers[0].Args));
}
