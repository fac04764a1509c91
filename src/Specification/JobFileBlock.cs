using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace S2M.Specification;

/// <summary>A block of a job file: hands out its fields with their ranges checked, and at the end names those that nobody asked for.</summary>
internal sealed class JobFileBlock
{
    private readonly string _file;
    private readonly string _path;
    private readonly YamlMappingNode _node;
    private readonly List<string> _known = [];

    /// <summary>Wraps a block.</summary>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="path">The block's path, empty at the top.</param>
    /// <param name="node">The block.</param>
    internal JobFileBlock(string file, string path, YamlMappingNode node)
    {
        _file = file;
        _path = path;
        _node = node;
    }

    /// <summary>A block within this one; empty where it is absent.</summary>
    internal JobFileBlock Block(string name)
        => new(_file, PathOf(name), Find(name) switch
        {
            null => [],
            YamlMappingNode block => block,
            YamlNode other => throw Error(name, other, "a block of fields", Describe(other)),
        });

    /// <summary>The blocks of a list; null where it is absent.</summary>
    internal JobFileBlock[]? Blocks(string name)
        => Find(name) switch
        {
            null => null,
            YamlSequenceNode { Children.Count: > 0 } list => [.. list.Select((item, index) => item is YamlMappingNode block
                ? new JobFileBlock(_file, $"{PathOf(name)}[{index}]", block)
                : throw Error($"{name}[{index}]", item, "a block of fields", Describe(item)))],
            YamlNode other => throw Error(name, other, "a list of at least one block", Describe(other)),
        };

    /// <summary>A text.</summary>
    internal string Text(string name, string? fallback = null)
        => Find(name) switch
        {
            null => fallback ?? throw new SpecificationException($"{_file}: line {_node.Start.Line}: {PathOf(name)}: expected a value, got nothing; add '{name}: ...'"),
            YamlScalarNode { Value: { Length: > 0 } value } => value,
            YamlNode other => throw Error(name, other, "a text", Describe(other)),
        };

    /// <summary>A whole number within its range.</summary>
    internal int Integer(string name, int fallback, int low, int high)
        => Find(name) is not { } node
            ? fallback
            : int.TryParse(Scalar(node), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= low && value <= high
                ? value
                : throw Error(name, node, $"a whole number from {low} to {high}", Describe(node));

    /// <summary>A seed.</summary>
    internal ulong Seed(string name, ulong fallback)
        => Find(name) is not { } node
            ? fallback
            : ulong.TryParse(Scalar(node), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
                ? value
                : throw Error(name, node, "a whole number from 0 to 2^64 - 1", Describe(node));

    /// <summary>A number within its range, both ends included.</summary>
    internal double Number(string name, double fallback, double low, double high)
        => Find(name) is not { } node
            ? fallback
            : double.TryParse(Scalar(node), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= low && value <= high
                ? value
                : throw Error(name, node, $"a number from {Show(low)} to {Show(high)}", Describe(node));

    /// <summary>true or false.</summary>
    internal bool Flag(string name, bool fallback)
        => Find(name) is not { } node
            ? fallback
            : Scalar(node) switch
            {
                "true" => true,
                "false" => false,
                _ => throw Error(name, node, "true or false", Describe(node)),
            };

    /// <summary>One of some words.</summary>
    internal T Choice<T>(string name, T fallback, params (string Word, T Value)[] choices)
    {
        if (Find(name) is not { } node)
        {
            return fallback;
        }

        string? word = Scalar(node);
        foreach ((string known, T value) in choices)
        {
            if (known == word)
            {
                return value;
            }
        }

        throw Error(name, node, string.Join(" or ", choices.Select(choice => choice.Word)), Describe(node));
    }

    /// <summary>A list of whole numbers within their range.</summary>
    internal IReadOnlyList<int> Integers(string name, IReadOnlyList<int> fallback, int low)
        => Find(name) switch
        {
            null => fallback,
            YamlSequenceNode { Children.Count: > 0 } list => [.. list.Select(item =>
                int.TryParse(Scalar(item), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= low
                    ? value
                    : throw Error(name, item, $"whole numbers of at least {low}", Describe(item)))],
            YamlNode other => throw Error(name, other, "a list such as [5, 20]", Describe(other)),
        };

    /// <summary>A run of positions, <c>first-last</c> or one number.</summary>
    internal PositionRange Range(string name)
    {
        string text = Text(name);
        string[] ends = text.Split('-');
        if (ends.Length <= 2
            && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
            && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int last)
            && first <= last)
        {
            return new PositionRange(first, last);
        }

        throw Error(name, Find(name)!, "positions such as 0-4 or 0, from 0, the first not above the last", $"'{text}'");
    }

    /// <summary>Refuses fields that nobody asked for.</summary>
    internal void Finish()
    {
        foreach (YamlNode key in _node.Children.Keys)
        {
            string name = Scalar(key) ?? "?";
            if (!_known.Contains(name, StringComparer.Ordinal))
            {
                string nearest = _known.MinBy(known => EditDistance.Between(known, name))!;
                string hint = EditDistance.Between(nearest, name) <= 3 ? $"did you mean '{nearest}'?" : $"known fields are {string.Join(", ", _known)}";
                throw new SpecificationException($"{Where(key)}: {PathOf(name)}: there is no such field; {hint}");
            }
        }
    }

    /// <summary>An error at a field.</summary>
    internal SpecificationException Error(string name, string problem)
        => new($"{Where(Find(name) ?? _node)}: {PathOf(name)}: {problem}");

    private SpecificationException Error(string name, YamlNode node, string expected, string got)
        => new($"{Where(node)}: {PathOf(name)}: expected {expected}, got {got}");

    private YamlNode? Find(string name)
    {
        _known.Add(name);
        return _node.Children.TryGetValue(new YamlScalarNode(name), out YamlNode? node) ? node : null;
    }

    private string Where(YamlNode node) => node.Start.Line > 0 ? $"{_file}: line {node.Start.Line}" : $"{_file}: --set";

    private string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    private static string? Scalar(YamlNode node) => (node as YamlScalarNode)?.Value;

    private static string Describe(YamlNode node) => node switch
    {
        YamlScalarNode scalar => $"'{scalar.Value}'",
        YamlSequenceNode => "a list",
        _ => "a block",
    };

    private static string Show(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
