using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace S2M.Specification;

/// <summary>Reads job files: YAML whose every error names line and field. What is not written has its default.</summary>
public static class JobFile
{
    private const int LargestFile = 1 << 20;
    private const int SmallestBatch = 128;
    private const int FewestClasses = 10;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overrides">Settings such as <c>training.steps=10</c>, applied over the file.</param>
    /// <exception cref="SpecificationException">The file is missing, too large, no YAML, or no job.</exception>
    public static JobSpecification Read(string path, IReadOnlyList<string> overrides)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length > LargestFile)
        {
            throw new SpecificationException($"job file '{path}': expected a file of at most {LargestFile} bytes, got {(file.Exists ? $"{file.Length} bytes" : "none")}");
        }

        return Parse(File.ReadAllText(path), path, overrides);
    }

    /// <summary>Reads a job from text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="overrides">Settings such as <c>training.steps=10</c>, applied over the text.</param>
    /// <exception cref="SpecificationException">The text is no YAML, or no job; the message names line and field.</exception>
    public static JobSpecification Parse(string yaml, string name, IReadOnlyList<string> overrides)
    {
        YamlMappingNode root = Load(yaml, name);
        foreach (string setting in overrides)
        {
            Apply(root, setting);
        }

        var top = new JobFileBlock(name, string.Empty, root);
        var job = new JobSpecification
        {
            Name = top.Text("name"),
            Data = JobFileBlocks.Data(top.Block("data")),
            Split = JobFileBlocks.Split(top.Block("split")),
            Network = JobFileBlocks.Network(top.Block("network")),
            Loss = JobFileBlocks.Loss(top.Block("loss")),
            Episode = JobFileBlocks.Episode(top.Block("episode")),
            Training = JobFileBlocks.Training(top.Block("training")),
            Optimizer = JobFileBlocks.Optimizer(top.Block("optimizer")),
            Evaluation = JobFileBlocks.Evaluation(top.Block("evaluation")),
        };
        top.Finish();
        Check(top, job);
        return job;
    }

    private static YamlMappingNode Load(string yaml, string name)
    {
        try
        {
            // Anchors could make a small file large, and no job needs them.
            var parser = new Parser(new StringReader(yaml));
            while (parser.MoveNext())
            {
                if (parser.Current is YamlDotNet.Core.Events.AnchorAlias alias)
                {
                    throw new SpecificationException($"{name}: line {alias.Start.Line}: expected values written out, got an alias; write the value");
                }
            }

            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return stream.Documents is [{ RootNode: YamlMappingNode root }]
                ? root
                : throw new SpecificationException($"{name}: line 1: expected one document of fields, got {stream.Documents.Count} documents or another kind");
        }
        catch (YamlException problem)
        {
            throw new SpecificationException($"{name}: line {problem.Start.Line}: expected YAML, got: {problem.Message}");
        }
    }

    private static void Apply(YamlMappingNode root, string setting)
    {
        string[] sides = setting.Split('=', 2);
        string[] path = sides[0].Split('.');
        if (sides.Length != 2 || path.Any(string.IsNullOrWhiteSpace))
        {
            throw new SpecificationException($"--set {setting}: expected path=value such as training.steps=100");
        }

        YamlMappingNode node = root;
        foreach (string part in path.SkipLast(1))
        {
            if (!node.Children.TryGetValue(new YamlScalarNode(part), out YamlNode? next))
            {
                next = new YamlMappingNode();
                node.Add(part, next);
            }

            node = next as YamlMappingNode ?? throw new SpecificationException($"--set {setting}: expected '{part}' to be a block, got a value; name a field of a block");
        }

        node.Children[new YamlScalarNode(path[^1])] = sides[1].StartsWith('[')
            ? new YamlSequenceNode(sides[1].Trim('[', ']').Split(',', StringSplitOptions.TrimEntries).Select(item => new YamlScalarNode(item)))
            : new YamlScalarNode(sides[1]);
    }

    private static void Check(JobFileBlock top, JobSpecification job)
    {
        EpisodeSpecification episode = job.Episode;
        foreach (GroupSpecification group in episode.Groups)
        {
            if (Math.Max(group.Support.Last, group.Queries.Last) >= episode.ImagesPerClass)
            {
                throw top.Error("episode", $"groups: expected positions below images_per_class = {episode.ImagesPerClass}, got {Math.Max(group.Support.Last, group.Queries.Last)}");
            }

            if (group.Support.First <= group.Queries.Last && group.Queries.First <= group.Support.Last)
            {
                throw top.Error("episode", "groups: expected support and queries without a common position, got an overlap; move one of them");
            }
        }

        int images = episode.Classes * episode.ImagesPerClass;
        if (images < SmallestBatch || episode.Classes < FewestClasses)
        {
            throw top.Error(
                "episode",
                $"expected at least {SmallestBatch} images of at least {FewestClasses} classes, since batch norm sees exactly one episode, got {images} images of {episode.Classes} classes; "
                + "raise classes or images_per_class");
        }
    }
}
