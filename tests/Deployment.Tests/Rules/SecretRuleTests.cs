using k8s.Models;
using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>Secrets that would be read by whoever reads the manifests.</summary>
/// <param name="renders">The renders.</param>
public sealed class SecretRuleTests(Renders renders)
{
    [Theory]
    [InlineData("S2M_TOKEN", "abc")]
    [InlineData("S2M_Storage__ConnectionString", "Host=database")]
    [InlineData("DATABASE", "Host=database;Password=abc")]
    public void Breaches_VariableWithAValue_IsNamed(string name, string value)
        => Breaches(manifest => Coordinator(manifest).Env.Add(new V1EnvVar { Name = name, Value = value }))
            .ShouldBe([$"s2m-coordinator/coordinator: expected a reference to a Secret, got {name} with a value"]);

    [Fact]
    public void Breaches_SettingThatIsSecret_IsNamed()
        => Breaches(manifest => manifest.Get<V1ConfigMap>("s2m-coordinator").Data["S2M_Storage__ConnectionString"] = "Host=database")
            .ShouldHaveSingleItem().ShouldEndWith("expected no secret, got S2M_Storage__ConnectionString");

    [Fact]
    public void Breaches_SecretInTheRender_IsNamed()
        => Breaches(manifest => manifest.Objects.Add(new V1Secret { Metadata = new V1ObjectMeta { Name = "s2m-token" } }))
            .ShouldBe(["secret s2m-token: expected it to be made by whoever runs the cluster, got one with the manifests"]);

    [Fact]
    public void Breaches_SecretArgument_IsNamedWithoutItsValue()
        => Breaches(manifest => Coordinator(manifest).Args.Add("--token=abc")).ShouldBe(["s2m-coordinator/coordinator: expected no secret among the arguments, got '--token=...'"]);

    private static V1Container Coordinator(Manifest manifest) => manifest.Get<V1Deployment>("s2m-coordinator").Spec.Template.Spec.Containers[0];

    private string[] Breaches(Action<Manifest> breakIt) => renders.Breaches(new SecretRule(), breakIt);
}
