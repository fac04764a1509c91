using System.Text.Json.Nodes;

[assembly: AssemblyFixture(typeof(S2M.Integration.Tests.Processes.Reference))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace S2M.Integration.Tests.Processes;

/// <summary>The small job trained in one process: what every cluster must give, bit for bit. Run once, when it is asked for first.</summary>
public sealed class Reference : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Lazy<Task<string>> _metrics;

    /// <summary>Starts nothing yet.</summary>
    public Reference() => _metrics = new Lazy<Task<string>>(RunAsync);

    /// <summary>The text of <c>metrics.json</c>.</summary>
    public Task<string> MetricsAsync() => _metrics.Value;

    /// <summary>SHA-256 of the final parameters.</summary>
    public async Task<string> HashAsync() => JsonNode.Parse(await MetricsAsync())!["parameters_hash"]!.GetValue<string>();

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private Task<string> RunAsync() => TrainAsync(_folder["reference"]);

    /// <summary>Trains the small job with further settings in one process.</summary>
    /// <param name="folder">Where its results go.</param>
    /// <param name="settings">Settings over those of the small job.</param>
    /// <returns>The text of <c>metrics.json</c>.</returns>
    internal static async Task<string> TrainAsync(string folder, params string[] settings)
    {
        string[] options = [.. SmallJob.Options, .. settings.SelectMany(setting => new[] { "--set", setting })];
        await using ProgramProcess local = ProgramProcess.Start(
            "s2m-local.dll", new Dictionary<string, string>(StringComparer.Ordinal), ["quickstart", "--in-process", "--out", folder, .. options]);
        Finished run = await local.FinishAsync();
        run.ExitCode.ShouldBe(0, run.Errors);
        return await File.ReadAllTextAsync(Path.Combine(folder, "metrics.json"));
    }
}
