using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace S2M.Specification;

/// <summary>A block of a job file: answers with what is written, checks ranges, and at the end refuses fields that nobody asked for.</summary>
internal sealed class JobFileBlock : JobBlock
{
    private const int FarthestTypo = 3;
    private const int LongestName = 64;

    private readonly JobFileSource _source;
    private readonly string _path;
    private readonly YamlMappingNode _node;
    private readonly List<string> _known = [];

    private JobFileBlock(JobFileSource source, string path, YamlMappingNode node)
    {
        _source = source;
        _path = path;
        _node = node;
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="source">The file.</param>
    /// <param name="read">Asks for its fields.</param>
    internal static T Read<T>(JobFileSource source, Func<JobBlock, T> read) => new JobFileBlock(source, string.Empty, source.Root).Run(read);

    /// <inheritdoc/>
    internal override T Block<T>(string name, string about, Func<JobBlock, T> read)
        => new JobFileBlock(_source, PathOf(name), Find(name) switch
        {
            null => [],
            YamlMappingNode block => block,
            YamlNode other => throw Error(name, other, "a block of fields"),
        }).Run(read);

    /// <inheritdoc/>
    internal override T? Optional<T>(string name, string about, Func<JobBlock, T> read)
        where T : class
        => Find(name) is null ? null : Block(name, about, read);

    /// <inheritdoc/>
    internal override IReadOnlyList<T> Blocks<T>(string name, IReadOnlyList<T> fallback, string about, Func<JobBlock, T> read, Func<T, JsonNode> show)
        => Find(name) switch
        {
            null => fallback,
            YamlSequenceNode { Children.Count: > 0 } list => [.. list.Select((item, index) => item is YamlMappingNode block
                ? new JobFileBlock(_source, $"{PathOf(name)}[{index}]", block).Run(read)
                : throw Error($"{name}[{index}]", item, "a block of fields"))],
            YamlNode other => throw Error(name, other, "a list of at least one block"),
        };

    /// <inheritdoc/>
    internal override string Name(string name, string about)
        => Required(name) is var node && Scalar(node) is { Length: > 0 and <= LongestName } value && value.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')
            ? value
            : throw Error(name, node, $"1 to {LongestName} letters, digits, '-', '_' or '.'");

    /// <inheritdoc/>
    internal override int Integer(string name, int fallback, int low, int high, string about)
        => Find(name) is not { } node
            ? fallback
            : int.TryParse(Scalar(node), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= low && value <= high
                ? value
                : throw Error(name, node, high == int.MaxValue ? $"a whole number of at least {low}" : $"a whole number from {low} to {high}");

    /// <inheritdoc/>
    internal override ulong Seed(string name, ulong fallback, string about)
        => Find(name) is not { } node
            ? fallback
            : ulong.TryParse(Scalar(node), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
                ? value
                : throw Error(name, node, "a whole number from 0 to 2^64 - 1");

    /// <inheritdoc/>
    internal override double Number(string name, double fallback, NumberRange range, string about)
        => Find(name) is not { } node
            ? fallback
            : double.TryParse(Scalar(node), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && range.Contains(value)
                ? value + 0.0 // Negative zero is zero: one specification, one hash.
                : throw Error(name, node, $"a number {range}");

    /// <inheritdoc/>
    internal override bool Flag(string name, bool fallback, string about) => Choice(name, fallback, about, ("true", true), ("false", false));

    /// <inheritdoc/>
    internal override T Choice<T>(string name, T fallback, string about, params (string Word, T Value)[] choices)
    {
        if (Find(name) is not { } node)
        {
            return fallback;
        }

        int index = Array.FindIndex(choices, choice => choice.Word == Scalar(node));
        return index >= 0 ? choices[index].Value : throw Error(name, node, string.Join(" or ", choices.Select(choice => choice.Word)));
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<T> Choices<T>(string name, IReadOnlyList<T> fallback, string about, params (string Word, T Value)[] choices)
        => List(
            name,
            fallback,
            $"a list such as [{string.Join(", ", choices.Select(choice => choice.Word))}]",
            $"different ones of {string.Join(", ", choices.Select(choice => choice.Word))}",
            text => Array.FindIndex(choices, choice => choice.Word == text) is >= 0 and var index ? (true, choices[index].Value) : (false, default!));

    /// <inheritdoc/>
    internal override IReadOnlyList<int> Integers(string name, IReadOnlyList<int> fallback, int low, string about, int high = int.MaxValue)
        => List(
            name,
            fallback,
            "a list such as [5, 20]",
            high == int.MaxValue ? $"different whole numbers of at least {low}" : $"different whole numbers from {low} to {high}",
            text => (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= low && value <= high, value));

    /// <inheritdoc/>
    internal override PositionRange Range(string name, string about)
    {
        YamlNode node = Required(name);
        string[] ends = (Scalar(node) ?? string.Empty).Split('-');
        return ends.Length <= 2
            && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
            && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int last)
            && first <= last
            ? new PositionRange(first, last)
            : throw Error(name, node, "positions such as 0-4 or 0, from 0, the first not above the last");
    }

    /// <summary>A list of at least one item, none twice.</summary>
    private IReadOnlyList<T> List<T>(string name, IReadOnlyList<T> fallback, string expectedList, string expectedItem, Func<string?, (bool Fits, T Value)> read)
    {
        switch (Find(name))
        {
            case null:
                return fallback;
            case YamlSequenceNode { Children.Count: > 0 } list:
                var values = new List<T>();
                foreach (YamlNode item in list)
                {
                    (bool fits, T value) = read(Scalar(item));
                    values.Add(fits && !values.Contains(value) ? value : throw Error(name, item, expectedItem));
                }

                return values;
            case YamlNode other:
                throw Error(name, other, expectedList);
        }
    }

    private T Run<T>(Func<JobBlock, T> read)
    {
        T result = read(this);
        foreach (YamlNode key in _node.Children.Keys)
        {
            string? name = Scalar(key);
            if (name is null || !_known.Contains(name, StringComparer.Ordinal))
            {
                throw _source.Error(key, PathOf(name is null ? "?" : JobFileSource.Shorten(name)), $"there is no such field; {Hint(name ?? string.Empty)}");
            }
        }

        return result;
    }

    private string Hint(string name)
    {
        string? nearest = name.Length > LongestName ? null : _known.MinBy(known => EditDistance.Between(known, name));
        return nearest is not null && EditDistance.Between(nearest, name) <= Math.Min(FarthestTypo, nearest.Length - 1)
            ? $"did you mean '{nearest}'?"
            : $"known fields are {string.Join(", ", _known)}";
    }

    private SpecificationException Error(string name, YamlNode node, string expected)
        => _source.Error(node, PathOf(name), $"expected {expected}, got {Describe(node)}");

    private YamlNode Required(string name)
        => Find(name) ?? throw _source.Error(_node, PathOf(name), $"expected a value, got nothing; add '{name}: ...'");

    private YamlNode? Find(string name)
    {
        _known.Add(name);
        return JobFileSource.Find(_node, name);
    }

    private string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    private static string? Scalar(YamlNode node) => (node as YamlScalarNode)?.Value;

    private static string Describe(YamlNode node) => node switch
    {
        YamlScalarNode scalar => $"'{JobFileSource.Shorten(scalar.Value ?? string.Empty)}'",
        YamlSequenceNode { Children.Count: 0 } => "an empty list",
        YamlSequenceNode => "a list",
        _ => "a block",
    };
}
