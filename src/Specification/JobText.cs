using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace S2M.Specification;

/// <summary>Writes a job as the job file that reads back as the same specification, the defaults of its head written out.</summary>
public static class JobText
{
    private static readonly string[] ImageFields = ["size", "channels", "ink"];

    /// <summary>Writes the file.</summary>
    /// <param name="job">The job.</param>
    public static string Write(JobSpecification job)
    {
        JsonObject root = JsonSerializer.SerializeToNode(job, SpecificationJson.Whole)!.AsObject();
        JsonObject data = root["data"]!.AsObject();
        var image = new JsonObject();
        foreach (string field in ImageFields)
        {
            image[field] = data[field]!.DeepClone();
            data.Remove(field);
        }

        data["image"] = image;
        var text = new StringBuilder();
        Append(text, root, 0);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonObject block, int depth)
    {
        // What is null is not there: an optional block.
        foreach ((string name, JsonNode? value) in block.Where(pair => pair.Value is not null))
        {
            text.Append(' ', depth * 2).Append(name).Append(':');
            switch (value)
            {
                case JsonObject inner when !IsRange(inner):
                    text.Append('\n');
                    Append(text, inner, depth + 1);
                    break;
                case JsonArray items when items.All(item => item is JsonObject):
                    text.Append('\n');
                    foreach (JsonNode? item in items)
                    {
                        text.Append(' ', (depth + 1) * 2).Append("- {").AppendJoin(", ", item!.AsObject().Select(pair => $"{pair.Key}: {Scalar(pair.Value)}")).Append("}\n");
                    }

                    break;
                default:
                    text.Append(' ').Append(Scalar(value)).Append('\n');
                    break;
            }
        }
    }

    private static bool IsRange(JsonObject node) => node.ContainsKey("first") && node.ContainsKey("last");

    private static string Scalar(JsonNode? node) => node switch
    {
        JsonObject range => (int)range["first"]! == (int)range["last"]! ? $"{(int)range["first"]!}" : $"{(int)range["first"]!}-{(int)range["last"]!}",
        JsonArray items => $"[{string.Join(", ", items.Select(Scalar))}]",
        JsonValue value when value.GetValueKind() == JsonValueKind.String => (string)value!,
        null => "null",
        _ => node.ToJsonString(),
    };
}
