using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace S2M.Specification;

/// <summary>
/// One text per specification: every field, keys in ordinal order, shortest round-trip numbers, no white space. Its SHA-256 names the specification, so
/// fields that came later keep earlier texts: options of mixtures are there with mixture heads only, others where they differ from their default.
/// </summary>
public static class CanonicalJson
{
    /// <summary>Writes a specification.</summary>
    /// <param name="specification">The specification, defaults filled in.</param>
    public static string Write(JobSpecification specification) => Sort(JsonSerializer.SerializeToNode(specification, SpecificationJson.Options)!)!.ToJsonString();

    /// <summary>Reads a specification back.</summary>
    /// <param name="json">What <see cref="Write"/> gave.</param>
    /// <exception cref="SpecificationException">The text is no specification of this version.</exception>
    public static JobSpecification Read(string json)
    {
        try
        {
            JobSpecification specification = JsonSerializer.Deserialize<JobSpecification>(json, SpecificationJson.Options)
                ?? throw new SpecificationException("specification: expected an object, got null; write it again");

            // A number too large for its field is read as infinity, which no specification can hold or be written with.
            _ = Write(specification);
            return specification;
        }
        catch (JsonException problem)
        {
            throw new SpecificationException($"specification: {problem.Path}: {problem.Message}; it was written by another version, or is damaged");
        }
        catch (ArgumentException problem)
        {
            throw new SpecificationException($"specification: expected finite numbers, got: {problem.Message}; it is damaged");
        }
    }

    /// <summary>SHA-256 of the canonical text, lower-case hexadecimal.</summary>
    /// <param name="specification">The specification.</param>
    public static string HashOf(JobSpecification specification) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Write(specification))));

    /// <summary>The fields in which two specifications differ, with both values.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Lines such as <c>training.steps: 100, 200</c>, in ordinal order; empty where they are equal.</returns>
    public static IReadOnlyList<string> Differences(JobSpecification left, JobSpecification right)
    {
        var lines = new List<string>();
        Compare(string.Empty, JsonNode.Parse(Write(left)), JsonNode.Parse(Write(right)), lines);
        return lines;
    }

    private static JsonNode? Sort(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, Sort(pair.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sort)]),
        _ => node?.DeepClone(),
    };

    private static void Compare(string path, JsonNode? left, JsonNode? right, List<string> lines)
    {
        if (left is JsonObject leftMap && right is JsonObject rightMap)
        {
            foreach (string key in leftMap.Select(pair => pair.Key).Union(rightMap.Select(pair => pair.Key), StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                Compare(path.Length == 0 ? key : $"{path}.{key}", leftMap[key], rightMap[key], lines);
            }
        }
        else if (!JsonNode.DeepEquals(left, right))
        {
            lines.Add($"{path}: {left?.ToJsonString() ?? "none"}, {right?.ToJsonString() ?? "none"}");
        }
    }
}
