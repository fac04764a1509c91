using YamlDotNet.RepresentationModel;

namespace S2M.Specification;

/// <summary>Reads job files: YAML whose every error names line and field. What is not written has its default.</summary>
public static class JobFile
{
    private const int LargestFile = 1 << 20;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overrides">Settings such as <c>training.steps=10</c> or <c>episode.groups=[{support: 0-4, queries: 5-9}]</c>, applied over the file; lists are replaced whole.</param>
    /// <exception cref="SpecificationException">The file is missing, too large, no YAML, or no job.</exception>
    public static JobSpecification Read(string path, IReadOnlyList<string> overrides) => Parse(ReadText(path), path, overrides);

    /// <summary>The text of a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SpecificationException">The file is missing, too large, or cannot be read.</exception>
    public static string ReadText(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Exists && file.Length <= LargestFile
                ? File.ReadAllText(path)
                : throw new SpecificationException(
                    $"job file '{path}': expected a file of at most {LargestFile} bytes, got {(file.Exists ? $"{file.Length} bytes" : "none")}; check the path");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SpecificationException($"job file '{path}': expected a readable file, got: {problem.Message}; check the path and its permissions");
        }
    }

    /// <summary>Reads a job from text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="overrides">Settings such as <c>training.steps=10</c>, applied over the text; lists are replaced whole.</param>
    /// <exception cref="SpecificationException">The text is no YAML, or no job; the message names line and field.</exception>
    public static JobSpecification Parse(string yaml, string name, IReadOnlyList<string> overrides)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(overrides);
        var source = new JobFileSource(yaml, name, overrides);
        JobSpecification job = JobFileBlock.Read(source, JobTable.Job);
        JobFileChecks.Check(job, source);
        return job;
    }

    /// <summary>A text that says with no settings what a text and its settings say: the text itself where there are none, else one without its comments.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="overrides">Settings such as <c>training.steps=10</c>.</param>
    /// <exception cref="SpecificationException">The text is no YAML, or a setting cannot be applied.</exception>
    public static string Apply(string yaml, string name, IReadOnlyList<string> overrides)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(overrides);
        if (overrides.Count == 0)
        {
            return yaml;
        }

        using var text = new StringWriter { NewLine = "\n" };
        new YamlStream(new YamlDocument(new JobFileSource(yaml, name, overrides).Root)).Save(text, assignAnchors: false);
        return text.ToString();
    }
}
