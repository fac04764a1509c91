using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace S2M.Specification;

/// <summary>The text of a job with the settings of the command line over it; knows where each node comes from.</summary>
internal sealed class JobFileSource
{
    private const int DeepestNesting = 16;
    private const int LongestQuote = 60;

    private readonly string _name;
    private readonly Dictionary<YamlNode, string> _settings = new(ReferenceEqualityComparer.Instance);

    /// <summary>Parses a text and applies settings.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="settings">Settings such as <c>training.steps=10</c>.</param>
    /// <exception cref="SpecificationException">The text is no YAML of fields, or a setting cannot be applied.</exception>
    internal JobFileSource(string yaml, string name, IReadOnlyList<string> settings)
    {
        _name = name;
        Root = Parse(yaml, line => $"{name}: line {line}") as YamlMappingNode ?? throw new SpecificationException($"{name}: line 1: expected a block of fields, got another kind; begin with 'name: ...'");
        foreach (string setting in settings)
        {
            Apply(setting);
        }
    }

    /// <summary>The block of all fields.</summary>
    internal YamlMappingNode Root { get; }

    /// <summary>A field of a block, or null.</summary>
    internal static YamlNode? Find(YamlMappingNode block, string name)
        => block.Children.FirstOrDefault(pair => pair.Key is YamlScalarNode key && key.Value == name).Value;

    /// <summary>Whether a field has its value from the command line.</summary>
    /// <param name="path">Such as <c>training.steps</c>.</param>
    internal bool IsSetting(string path) => _settings.ContainsKey(Nearest(path));

    /// <summary>An error at a node.</summary>
    internal SpecificationException Error(YamlNode node, string path, string problem)
        => new(_settings.TryGetValue(node, out string? setting) ? $"--set {Shorten(setting)}: {path}: {problem}" : $"{_name}: line {Math.Max(node.Start.Line, 1)}: {path}: {problem}") { Field = path };

    /// <summary>An error at a field, or where it is absent at the innermost block around it.</summary>
    internal SpecificationException Error(string path, string problem) => Error(Nearest(path), path, problem);

    /// <summary>A text for a message: its first letters, without what would break a line.</summary>
    internal static string Shorten(string text)
    {
        string shown = text.Length > LongestQuote ? $"{text[..LongestQuote]}..." : text;
        return string.Concat(shown.Select(letter => char.IsControl(letter) ? '?' : letter));
    }

    private YamlNode Nearest(string path)
    {
        YamlNode node = Root;
        foreach (string part in path.Split('.'))
        {
            if (node is not YamlMappingNode block || Find(block, part) is not { } next)
            {
                break;
            }

            node = next;
        }

        return node;
    }

    private static YamlNode Parse(string yaml, Func<long, string> where)
    {
        try
        {
            Check(new Parser(new StringReader(yaml)), where);
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return stream.Documents.Count == 1
                ? stream.Documents[0].RootNode
                : throw new SpecificationException($"{where(1)}: expected one document, got {stream.Documents.Count}; keep one job to a file");
        }
        catch (Exception problem) when (problem is not (SpecificationException or OutOfMemoryException))
        {
            // The parser reports some damage by exceptions that are not its own, such as InvalidOperationException.
            long line = problem is YamlException located ? located.Start.Line : 1;
            throw new SpecificationException($"{where(line)}: expected YAML, got: {Shorten(problem.Message)}; correct the text");
        }
    }

    // Before anything is built from the text: aliases could make a small file large, and deep nesting could exhaust the stack. No job needs either.
    private static void Check(Parser parser, Func<long, string> where)
    {
        int depth = 0;
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (parser.Current is AnchorAlias)
            {
                throw new SpecificationException($"{where(parser.Current.Start.Line)}: expected values written out, got an alias; write the value");
            }

            if (depth > DeepestNesting)
            {
                throw new SpecificationException($"{where(parser.Current.Start.Line)}: expected at most {DeepestNesting} nested blocks and lists, got more; close some");
            }
        }
    }

    private void Apply(string setting)
    {
        string[] sides = setting.Split('=', 2);
        string[] path = sides[0].Split('.');
        string shown = Shorten(setting);
        if (sides.Length != 2 || path.Any(string.IsNullOrWhiteSpace))
        {
            throw new SpecificationException($"--set {shown}: expected path=value such as training.steps=100, got '{shown}'; name a field and its value");
        }

        if (sides[0].Contains('[', StringComparison.Ordinal))
        {
            throw new SpecificationException($"--set {shown}: expected a list to be replaced whole, got one item; write all of it, such as episode.groups=[{{support: 0-4, queries: 5-9}}]");
        }

        YamlMappingNode node = Root;
        foreach (string part in path.SkipLast(1))
        {
            YamlNode? next = Find(node, part);
            if (next is null)
            {
                next = new YamlMappingNode();
                _settings.Add(next, setting);
                Put(node, part, next, setting);
            }

            node = next as YamlMappingNode ?? throw new SpecificationException($"--set {shown}: expected '{part}' to be a block, got a value or a list; name a field of a block");
        }

        YamlNode value = sides[1].StartsWith('[') || sides[1].StartsWith('{') ? Parse(sides[1], _ => $"--set {shown}") : new YamlScalarNode(sides[1]);
        foreach (YamlNode inner in value.AllNodes)
        {
            _settings.Add(inner, setting);
        }

        Put(node, path[^1], value, setting);
    }

    private void Put(YamlMappingNode block, string name, YamlNode value, string setting)
    {
        YamlNode key = block.Children.Keys.FirstOrDefault(known => known is YamlScalarNode scalar && scalar.Value == name) ?? new YamlScalarNode(name);
        if (!block.Children.ContainsKey(key))
        {
            _settings.Add(key, setting);
        }

        block.Children[key] = value;
    }
}
