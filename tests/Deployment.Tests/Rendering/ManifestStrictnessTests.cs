using YamlDotNet.Core;

namespace S2M.Deployment.Tests.Rendering;

/// <summary>That a render is read strictly: the rules see what the cluster would see, or nothing.</summary>
/// <param name="renders">The renders.</param>
public sealed class ManifestStrictnessTests(Renders renders)
{
    [Theory]
    [InlineData("terminationGracePeriodSeconds: 90", "terminationGracePeriodSecond: 90", "terminationGracePeriodSecond")]
    [InlineData("readOnlyRootFilesystem: true", "readOnlyRootFileSystem: true", "readOnlyRootFileSystem")]
    [InlineData("replicas: 2", "replicas: two", "")]
    [InlineData("replicas: 2", "replicas: 2\n  replicas: 2", "replicas")]
    public void Parse_FieldThatItsKindDoesNotHaveOrTake_IsRefused(string text, string misspelt, string name)
    {
        string yaml = renders.Text("base");
        yaml.ShouldContain(text);

        Exception refusal = Should.Throw<YamlException>(() => Manifest.Parse(yaml.Replace(text, misspelt, StringComparison.Ordinal)));

        $"{refusal.Message} {refusal.InnerException?.Message}".ShouldContain(name, Case.Sensitive);
    }

    [Fact]
    public void Parse_Base_HasAllKinds()
        => renders.Manifest("base").Objects.Select(found => found.Kind).Order(StringComparer.Ordinal).ShouldBe(
        [
            "ConfigMap", "Deployment", "Deployment", "Job", "Namespace", "NetworkPolicy", "NetworkPolicy",
            "PersistentVolumeClaim", "PodDisruptionBudget", "Service", "Service", "ServiceAccount",
        ]);
}
