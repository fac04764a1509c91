using System.Globalization;
using System.Text.Json.Nodes;

namespace S2M.Integration.Tests.Processes;

/// <summary>A job of seconds: 10 concepts x 13 images is the least that batch norm takes.</summary>
internal static class SmallJob
{
    internal const int Steps = 16;

    /// <summary>The job file's text.</summary>
    internal static string File { get; } = System.IO.File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "quickstart.yaml"));

    /// <summary>Settings over it.</summary>
    internal static string[] Settings { get; } =
    [
        "episode.classes=10", "episode.images_per_class=13", string.Create(CultureInfo.InvariantCulture, $"training.steps={Steps}"), "training.checkpoint_every=2",
        "training.validate_every=0", "optimizer.learning_rate=0.002", "split.train=20", "split.validation=5", "split.test=5",
        "evaluation.ways=[5]", "evaluation.shots=[1,5]", "evaluation.queries=3", "evaluation.episodes=12", "evaluation.validation_episodes=4",
        "evaluation.sets={modes: [2], noise_percents: [0, 30], noise_kinds: [clutter], support: 4, positives_per_mode: 2, distractors: 2, hybrids: 1, episodes: 3}",
    ];

    /// <summary>The same as command-line options.</summary>
    internal static string[] Options { get; } = [.. Settings.SelectMany(setting => new[] { "--set", setting })];

    /// <summary>What of <c>metrics.json</c> follows from the job alone: everything but the seconds.</summary>
    internal static string Figures(string metrics)
    {
        JsonObject figures = JsonNode.Parse(metrics)!.AsObject();
        figures.Remove("seconds").ShouldBeTrue();
        return figures.ToJsonString();
    }

    /// <summary>What an evaluation alone must give again.</summary>
    internal static string Results(string metrics)
    {
        JsonObject figures = JsonNode.Parse(metrics)!.AsObject();
        return new JsonObject
        {
            ["evaluations"] = figures["evaluations"]!.DeepClone(),
            ["retrievals"] = figures["retrievals"]!.DeepClone(),
            ["sets"] = figures["sets"]!.DeepClone(),
            ["parameters_hash"] = figures["parameters_hash"]!.DeepClone(),
        }.ToJsonString();
    }
}
