using S2M.Deployment.Tests.Rendering;
using S2M.Deployment.Tests.Rules;

namespace S2M.Deployment.Tests;

/// <summary>Every folder holds to every rule.</summary>
/// <param name="renders">The renders.</param>
public sealed class ManifestTests(Renders renders)
{
    [Theory, MemberData(nameof(Renders.Folders), MemberType = typeof(Renders))]
    public void Breaches_EveryRule_AreNone(string folder)
    {
        IManifestRule[] rules =
        [
            new SelectorRule(), new PortRule(), new ArgumentRule(), new SettingRule(), new SecretRule(), new ReferenceRule(),
            new ContainerRule(), new VolumeRule(), new GraceRule(), new ImageRule(), new SiloRule(),
        ];
        Manifest manifest = renders.Manifest(folder);

        rules.SelectMany(rule => rule.Breaches(manifest)).ShouldBeEmpty();
    }
}
