using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace S2M.Specification.Tests;

/// <summary>
/// The part of JSON Schema (draft 2020-12) that the job schema uses, applied to YAML as an editor applies it. A rule that is not known here fails
/// the test, so that the schema cannot outgrow it.
/// </summary>
internal static class SchemaRules
{
    /// <summary>Whether a node keeps a schema.</summary>
    internal static bool Accepts(JsonObject schema, YamlNode node) => schema.All(rule => Keeps(rule.Key, rule.Value!, schema, node));

    /// <summary>The root of a text.</summary>
    internal static YamlNode Load(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return stream.Documents.Single().RootNode;
    }

    private static bool Keeps(string rule, JsonNode value, JsonObject schema, YamlNode node) => rule switch
    {
        "$schema" or "title" or "description" or "default" => true,
        "type" => value is JsonArray types ? types.Any(type => IsOf(type!.GetValue<string>(), node)) : IsOf(value.GetValue<string>(), node),
        "properties" => node is not YamlMappingNode map || map.All(pair => value[Text(pair.Key)] is not JsonObject inner || Accepts(inner, pair.Value)),
        "additionalProperties" => node is not YamlMappingNode map || map.All(pair => schema["properties"]!.AsObject().ContainsKey(Text(pair.Key))),
        "required" => node is not YamlMappingNode map || value.AsArray().All(name => map.Children.ContainsKey(new YamlScalarNode(name!.GetValue<string>()))),
        "enum" => value.AsArray().Any(word => word!.ToString() == Text(node)),
        "pattern" => node is not YamlScalarNode || Regex.IsMatch(Text(node), value.GetValue<string>(), RegexOptions.None, TimeSpan.FromSeconds(10)),
        "minimum" => !IsNumber(node, out double number) || number >= Number(value),
        "maximum" => !IsNumber(node, out double number) || number <= Number(value),
        "exclusiveMinimum" => !IsNumber(node, out double number) || number > Number(value),
        "exclusiveMaximum" => !IsNumber(node, out double number) || number < Number(value),
        "items" => node is not YamlSequenceNode list || list.All(item => Accepts(value.AsObject(), item)),
        "minItems" => node is not YamlSequenceNode list || list.Children.Count >= value.GetValue<int>(),
        "uniqueItems" => node is not YamlSequenceNode list || list.Select(Text).Distinct(StringComparer.Ordinal).Count() == list.Children.Count,
        _ => throw new InvalidOperationException($"schema: expected a rule that the tests know, got '{rule}'; teach it to them"),
    };

    private static bool IsOf(string type, YamlNode node) => type switch
    {
        "object" => node is YamlMappingNode,
        "array" => node is YamlSequenceNode,
        "string" => node is YamlScalarNode,
        "boolean" => node is YamlScalarNode { Value: "true" or "false" },
        "integer" => IsNumber(node, out double number) && Math.Floor(number) == number,
        "number" => IsNumber(node, out _),
        _ => throw new InvalidOperationException($"schema: expected a type that the tests know, got '{type}'; teach it to them"),
    };

    private static bool IsNumber(YamlNode node, out double number)
    {
        number = 0;
        return node is YamlScalarNode scalar && double.TryParse(scalar.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
    }

    private static double Number(JsonNode value) => double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);

    private static string Text(YamlNode node) => (node as YamlScalarNode)?.Value ?? "?";
}
