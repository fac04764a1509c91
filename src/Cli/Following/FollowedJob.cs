using System.Text.Json.Nodes;
using S2M.Cli.Output;
using S2M.Protos.V1;

namespace S2M.Cli.Following;

/// <summary>A job that came to its end.</summary>
/// <param name="Job">The job.</param>
/// <param name="Metrics">Its <c>metrics.json</c>; null where it has none.</param>
internal sealed record FollowedJob(Job Job, JsonNode? Metrics)
{
    /// <summary>Whether it did what it was for.</summary>
    internal bool Succeeded => Job.State == JobState.Succeeded;

    /// <summary>The job with its metrics, as JSON.</summary>
    internal JsonObject ToJson()
    {
        JsonObject json = JobJson.Of(Job);
        json["metrics"] = Metrics?.DeepClone();
        return json;
    }
}
