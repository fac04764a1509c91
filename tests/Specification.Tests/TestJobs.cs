namespace S2M.Specification.Tests;

internal static class TestJobs
{
    /// <summary>The shortest job: every other field has its default.</summary>
    internal const string Minimal = "name: small\ndata:\n  name: glyphs\n";

    /// <summary>A setting other than the default of every field that the canonical text leaves out at its default.</summary>
    internal static readonly string[] LaterFields =
    [
        "episode.modes=2", "episode.mode_weights=skewed", "training.gradient_format=bfloat16", "training.keep={last: 5, every: 1000}", "evaluation.sets={episodes: 100}",
    ];

    internal static JobSpecification Parse(string yaml, params string[] settings) => JobFile.Parse(yaml, "job.yaml", settings);

    /// <summary>The message that a text is refused with.</summary>
    internal static string Refusal(string yaml, params string[] settings) => Should.Throw<SpecificationException>(() => Parse(yaml, settings)).Message;

    /// <summary>The repository's job files.</summary>
    internal static string[] Files()
    {
        string[] files = Directory.GetFiles(Path.Combine(Repository(), "jobs"), "*.yaml");
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    internal static string Repository()
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "S2M.Distributed.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("tests: expected to run below the repository, got none above the output; run them from a checkout");
        }

        return folder.FullName;
    }
}
