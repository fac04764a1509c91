using S2M.Deployment.Tests.Rendering;

namespace S2M.Deployment.Tests.Rules;

/// <summary>Renders that a test breaks in memory: what a rule is for.</summary>
internal static class BrokenRender
{
    /// <summary>What a rule says of a render before it is broken, which is nothing, and after.</summary>
    /// <param name="renders">The renders.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="breakIt">Breaks the render.</param>
    /// <param name="folder">Which render.</param>
    internal static string[] Breaches(this Renders renders, IManifestRule rule, Action<Manifest> breakIt, string folder = "base")
    {
        Manifest manifest = renders.Manifest(folder);
        rule.Breaches(manifest).ShouldBeEmpty();
        breakIt(manifest);
        return [.. rule.Breaches(manifest)];
    }
}
