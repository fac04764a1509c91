using System.Text.Json;

[assembly: AssemblyFixture(typeof(S2M.Local.Tests.ReferenceRun))]

namespace S2M.Local.Tests;

/// <summary>One small training, straight through with two threads: what the others are compared with. Run once.</summary>
public sealed class ReferenceRun : IAsyncLifetime
{
    public const int Steps = 8;

    private readonly TempFolder _folder = new();

    /// <summary>Everything small: 10 concepts x 13 images is the least that batch norm takes.</summary>
    public static string[] Settings { get; } = [.. new[]
    {
        "episode.classes=10", "episode.images_per_class=13", $"training.steps={Steps}", "training.checkpoint_every=1", "training.validate_every=0",
        "optimizer.learning_rate=0.002", "split.train=20", "split.validation=5", "split.test=5",
        "evaluation.ways=[5]", "evaluation.shots=[1,5]", "evaluation.queries=3", "evaluation.episodes=12", "evaluation.validation_episodes=4",
        "evaluation.sets={modes: [2], noise_percents: [0, 30], noise_kinds: [clutter], support: 4, positives_per_mode: 2, distractors: 2, hybrids: 1, episodes: 3}",
    }.SelectMany(setting => new[] { "--set", setting })];

    public string Folder => _folder["reference"];

    public string Output { get; private set; } = string.Empty;

    public string Errors { get; private set; } = string.Empty;

    public JsonElement Metrics { get; private set; }

    public string Hash => HashOf(Metrics);

    public static string[] Arguments(string folder, params string[] more) => ["quickstart", "--in-process", "--out", folder, .. Settings, .. more];

    public static JsonElement MetricsIn(string folder) => JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "metrics.json"))).RootElement;

    public static string HashOf(JsonElement metrics) => metrics.GetProperty("parameters_hash").GetString()!;

    public async ValueTask InitializeAsync()
    {
        Finished run = await LocalProcess.RunAsync(Arguments(Folder, "--threads", "2"));
        run.ExitCode.ShouldBe(0, run.Errors);
        (Output, Errors) = (run.Output, run.Errors);
        Metrics = MetricsIn(Folder);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
