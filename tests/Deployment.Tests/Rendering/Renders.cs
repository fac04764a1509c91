using System.Collections.Concurrent;

[assembly: AssemblyFixture(typeof(S2M.Deployment.Tests.Rendering.Renders))]

namespace S2M.Deployment.Tests.Rendering;

/// <summary>What the folders of <c>deploy/k8s</c> render to; each is rendered once for all tests.</summary>
public sealed class Renders
{
    private readonly Kustomize? _kustomize;
    private readonly string _missing;
    private readonly ConcurrentDictionary<string, Lazy<string>> _texts = new(StringComparer.Ordinal);

    /// <summary>Looks for the program that renders.</summary>
    public Renders() => _kustomize = Kustomize.Find(out _missing);

    /// <summary>Every folder that can be applied.</summary>
    public static TheoryData<string> Folders => new("base", "overlays/gpu", "overlays/local");

    /// <summary>The root of the repository.</summary>
    internal static string Repository
    {
        get
        {
            DirectoryInfo? folder = new(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "S2M.Distributed.sln")))
            {
                folder = folder.Parent;
            }

            return folder?.FullName ?? throw new InvalidOperationException($"{AppContext.BaseDirectory}: expected to lie in the repository");
        }
    }

    /// <summary>The folder of the manifests.</summary>
    internal static string Root => Path.Combine(Repository, "deploy", "k8s");

    /// <summary>The YAML of a folder; the test is skipped, with the reason, where nothing can render it.</summary>
    /// <param name="folder">Below <c>deploy/k8s</c>.</param>
    internal string Text(string folder)
    {
        Assert.SkipWhen(_kustomize is null, _missing);
        return _texts.GetOrAdd(folder, key => new Lazy<string>(() => _kustomize.Render(Path.Combine(Root, key)))).Value;
    }

    /// <summary>The objects of a folder; a test may change them, no other sees that.</summary>
    /// <param name="folder">Below <c>deploy/k8s</c>.</param>
    internal Manifest Manifest(string folder) => Rendering.Manifest.Parse(Text(folder));
}
