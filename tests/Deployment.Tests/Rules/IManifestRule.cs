using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>What every render must hold to.</summary>
internal interface IManifestRule
{
    /// <summary>Says where a render does not; nothing where it does.</summary>
    IEnumerable<string> Breaches(Manifest manifest);
}
