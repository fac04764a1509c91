using System.Globalization;
using S2M.Model.Benchmarks;

namespace S2M.Cluster.Benchmarks.Processes;

/// <summary>The jobs that are measured: the quickstart's, cut to what a benchmark needs.</summary>
internal static class BenchmarkJob
{
    /// <summary>The job file's text.</summary>
    internal static string File { get; } = System.IO.File.ReadAllText(Repository.FileAt("jobs", "quickstart.yaml"));

    /// <summary>A job of small episodes whose evaluation costs next to nothing.</summary>
    /// <param name="steps">Its steps.</param>
    /// <param name="episodes">Episodes of a step.</param>
    /// <param name="more">Settings over it.</param>
    internal static string[] Settings(int steps, int episodes, params string[] more) =>
    [
        "episode.classes=10", "episode.images_per_class=13", string.Create(CultureInfo.InvariantCulture, $"training.steps={steps}"),
        string.Create(CultureInfo.InvariantCulture, $"training.episodes_per_step={episodes}"), string.Create(CultureInfo.InvariantCulture, $"training.checkpoint_every={steps}"),
        "training.validate_every=0", "optimizer.learning_rate=0.002", "split.train=20", "split.validation=5", "split.test=5", "evaluation.ways=[5]", "evaluation.shots=[1]",
        "evaluation.queries=3", "evaluation.episodes=4", "evaluation.validation_episodes=2", .. more,
    ];
}
