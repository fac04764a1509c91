using System.Text.Json;
using S2M.Specification;

namespace S2M.Local.Tests.Commands;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--data pictures: expected NAME=PATH", "train", "job.yaml", "--data", "pictures")]
    [InlineData("--data =x: expected NAME=PATH", "train", "job.yaml", "--data", "=x")]
    [InlineData("--data a=: expected NAME=PATH", "train", "job.yaml", "--data", "a=")]
    [InlineData("got 'a' again", "train", "job.yaml", "--data", "a=x", "--data", "a=y")]
    [InlineData("--threads: expected at least 1, got 0", "quickstart", "--in-process", "--threads", "0")]
    [InlineData("FILE", "train")]
    [InlineData("--stps", "quickstart", "--stps")]
    [InlineData("yaml", "quickstart", "--output", "yaml")]
    [InlineData("job file 'missing.yaml'", "train", "missing.yaml")]
    [InlineData("heads", "selftest", "--only", "heads")]
    [InlineData("expected --in-process with it", "quickstart", "--threads", "2")]
    [InlineData("--workers: expected 1 to 1024, got 0", "quickstart", "--workers", "0")]
    public async Task Run_WrongCommandLine_SaysWhatAndIsAUsageError(string message, params string[] arguments)
    {
        Finished run = await LocalProcess.RunAsync(arguments);

        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain(message);
        run.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task Run_Version_IsPrinted()
    {
        Finished run = await LocalProcess.RunAsync("--version");

        run.ExitCode.ShouldBe(0);
        run.Output.ShouldMatch(@"^\d+\.\d+\.\d+");
    }

    [Fact]
    public async Task Run_Help_ExplainsExitCodesAndCommands()
    {
        Finished run = await LocalProcess.RunAsync("--help");

        run.ExitCode.ShouldBe(0);
        foreach (string word in new[] { "quickstart", "train", "compare", "selftest", "0 done", "1 failed", "130 interrupted" })
        {
            run.Output.ShouldContain(word);
        }
    }

    [Fact]
    public async Task Schema_IsAJsonSchemaOfJobFiles()
    {
        Finished run = await LocalProcess.RunAsync("schema");

        run.ExitCode.ShouldBe(0, run.Errors);
        run.Output.ShouldBe(JobSchema.Write() + "\n");
        JsonDocument.Parse(run.Output).RootElement.GetProperty("properties").TryGetProperty("training", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task DryRun_PrintsAJobFileThatReadsBackAsTheSameJob()
    {
        Finished run = await LocalProcess.RunAsync(
            "quickstart", "--dry-run", "--set", "training.steps=17", "--set", "optimizer.warm_up_steps=3", "--set", "episode.classes=10", "--set", "episode.images_per_class=13");

        run.ExitCode.ShouldBe(0, run.Errors);
        JobSpecification job = JobFile.Parse(run.Output, "dry run", []);
        job.Training.Steps.ShouldBe(17);
        run.Output.ShouldContain($"sha256 {CanonicalJson.HashOf(job)}");
        run.Output.ShouldContain("# parameters ");
        run.Output.ShouldContain("# memory ");
        run.Output.ShouldContain("# data        glyphs@");
    }

    [Fact]
    public async Task DryRun_DataNotBound_StillShowsTheJobAsJson()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["job.yaml"], "name: unbound\ndata: {name: pictures}\nepisode: {classes: 10, images_per_class: 13}\n");

        Finished run = await LocalProcess.RunAsync("train", folder["job.yaml"], "--dry-run", "--output", "json");

        run.ExitCode.ShouldBe(0, run.Errors);
        JsonElement plan = JsonDocument.Parse(run.Output).RootElement;
        plan.GetProperty("data_version").ValueKind.ShouldBe(JsonValueKind.Null);
        plan.GetProperty("parameters").GetInt32().ShouldBeGreaterThan(100_000);
        plan.GetProperty("memory_bytes").GetInt64().ShouldBeGreaterThan(0);
        plan.GetProperty("specification").GetProperty("name").GetString().ShouldBe("unbound");
    }
}
