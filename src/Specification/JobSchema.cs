using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace S2M.Specification;

/// <summary>
/// A JSON Schema of job files, for editors: every field with its description, range and default. It is made from the table that
/// <see cref="JobFile"/> reads by, so the two agree; what must hold between fields only the reader knows.
/// </summary>
public static class JobSchema
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the schema (draft 2020-12), what <c>jobs/job.schema.json</c> holds.</summary>
    /// <returns>Indented JSON that ends with a line feed.</returns>
    public static string Write()
    {
        JsonObject job = JobSchemaBlock.Of("A meta-training job of S2M.Distributed.", JobTable.Job).Schema;
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = "Job" };
        foreach ((string key, JsonNode? value) in job)
        {
            schema[key] = value?.DeepClone();
        }

        return schema.ToJsonString(Options) + "\n";
    }
}
