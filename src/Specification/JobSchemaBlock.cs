using System.Globalization;
using System.Text.Json.Nodes;

namespace S2M.Specification;

/// <summary>A block of the schema: notes each field down and answers with its default.</summary>
internal sealed class JobSchemaBlock : JobBlock
{
    private readonly JsonObject _properties = [];
    private readonly JsonArray _required = [];

    /// <summary>The schema of a block whose fields someone asks for.</summary>
    /// <param name="about">Its description.</param>
    /// <param name="read">Asks.</param>
    internal static (JsonObject Schema, T Value) Of<T>(string about, Func<JobBlock, T> read)
    {
        var block = new JobSchemaBlock();
        T value = read(block);
        var schema = new JsonObject { ["description"] = about, ["type"] = "object", ["properties"] = block._properties, ["additionalProperties"] = false };
        if (block._required.Count > 0)
        {
            schema["required"] = block._required;
        }

        return (schema, value);
    }

    /// <inheritdoc/>
    internal override T Block<T>(string name, string about, Func<JobBlock, T> read)
    {
        (JsonObject schema, T value) = Of(about, read);
        _properties[name] = schema;
        if (schema.ContainsKey("required"))
        {
            _required.Add(name);
        }

        return value;
    }

    /// <inheritdoc/>
    internal override T? Optional<T>(string name, string about, Func<JobBlock, T> read)
        where T : class
    {
        _properties[name] = Of(about, read).Schema;
        return null;
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<T> Blocks<T>(string name, IReadOnlyList<T> fallback, string about, Func<JobBlock, T> read, Func<T, JsonNode> show)
    {
        Add(name, about, "array", new JsonArray([.. fallback.Select(show)]), ("items", Of("One of them.", read).Schema), ("minItems", 1));
        return fallback;
    }

    /// <inheritdoc/>
    internal override string Name(string name, string about)
    {
        Add(name, about, "string", null, ("pattern", "^[A-Za-z0-9._-]{1,64}$"));
        _required.Add(name);
        return name;
    }

    /// <inheritdoc/>
    internal override int Integer(string name, int fallback, int low, int high, string about)
    {
        Add(name, about, "integer", fallback, ("minimum", low), ("maximum", high));
        return fallback;
    }

    /// <inheritdoc/>
    internal override ulong Seed(string name, ulong fallback, string about)
    {
        Add(name, about, "integer", fallback, ("minimum", 0), ("maximum", ulong.MaxValue));
        return fallback;
    }

    /// <inheritdoc/>
    internal override double Number(string name, double fallback, NumberRange range, string about)
    {
        Add(
            name,
            about,
            "number",
            fallback,
            (range.WithoutLow ? "exclusiveMinimum" : "minimum", range.Low),
            (range.WithoutHigh ? "exclusiveMaximum" : "maximum", range.High));
        return fallback;
    }

    /// <inheritdoc/>
    internal override bool Flag(string name, bool fallback, string about)
    {
        Add(name, about, "boolean", fallback);
        return fallback;
    }

    /// <inheritdoc/>
    internal override T Choice<T>(string name, T fallback, string about, params (string Word, T Value)[] choices)
    {
        JsonNode?[] words = [.. choices.Select(choice => Word(choice.Word))];
        string type = choices.All(choice => choice.Value is int) ? "integer" : "string";
        Add(name, about, type, Word(Array.Find(choices, choice => Equals(choice.Value, fallback)).Word), ("enum", new JsonArray(words)));
        return fallback;
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<T> Choices<T>(string name, IReadOnlyList<T> fallback, string about, params (string Word, T Value)[] choices)
    {
        var items = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. choices.Select(choice => Word(choice.Word))]) };
        JsonNode?[] words = [.. fallback.Select(item => Word(Array.Find(choices, choice => Equals(choice.Value, item)).Word))];
        Add(name, about, "array", new JsonArray(words), ("items", items), ("minItems", 1), ("uniqueItems", true));
        return fallback;
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<int> Integers(string name, IReadOnlyList<int> fallback, int low, string about, int high = int.MaxValue)
    {
        var items = new JsonObject { ["type"] = "integer", ["minimum"] = low, ["maximum"] = high };
        Add(name, about, "array", new JsonArray([.. fallback.Select(item => (JsonNode)item)]), ("items", items), ("minItems", 1), ("uniqueItems", true));
        return fallback;
    }

    /// <inheritdoc/>
    internal override PositionRange Range(string name, string about)
    {
        Add(name, about, new JsonArray("string", "integer"), null, ("pattern", "^[0-9]+(-[0-9]+)?$"), ("minimum", 0));
        _required.Add(name);
        return default;
    }

    private static JsonNode Word(string word) => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : word;

    private void Add(string name, string about, JsonNode type, JsonNode? fallback, params ReadOnlySpan<(string Key, JsonNode Value)> limits)
    {
        var field = new JsonObject { ["description"] = about, ["type"] = type };
        foreach ((string key, JsonNode value) in limits)
        {
            field[key] = value;
        }

        if (fallback is not null)
        {
            field["default"] = fallback;
        }

        _properties[name] = field;
    }
}
