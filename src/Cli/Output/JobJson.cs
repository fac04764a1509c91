using System.Text.Json.Nodes;
using S2M.Protos.V1;

namespace S2M.Cli.Output;

/// <summary>Jobs as JSON: the specification, itself JSON, as a part of it.</summary>
internal static class JobJson
{
    /// <summary>A job.</summary>
    internal static JsonObject Of(Job job)
    {
        JsonObject json = MessageJson.Of(job);
        json["specification"] = job.Specification.Length > 0 ? JsonNode.Parse(job.Specification) : null;
        return json;
    }
}
