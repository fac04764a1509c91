using System.Globalization;
using System.Text.Json;

namespace S2M.Local.Tests.Commands;

public sealed class CompareTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Compare_TwoGroupsOfThreeSeeds_PrintsPooledFiguresWithin80Columns()
    {
        string[] runs = [Write("a", 1), Write("b", 2), Write("c", 3)];
        string[] others = [Write("d", 1, -0.1), Write("e", 2, -0.1), Write("f", 3, -0.1)];

        Finished run = await LocalProcess.RunAsync(["compare", .. runs, "--against", .. others]);

        run.ExitCode.ShouldBe(0, run.Errors);
        run.Errors.ShouldBeEmpty();
        string[] lines = run.Output.Split('\n');
        lines[0].ShouldBe("adagmm against adagmm, training seeds 1, 2, 3");
        Row(lines, "k1").ShouldBe("k1 0.3000 +0.4000..+0.4000 >");
        Row(lines, "nearest_neighbor").ShouldBe("nearest_neighbor 0.6000 +0.1000..+0.1000 > 60 (60..60)");
        Row([.. lines.SkipWhile(line => line.Trim() != "against").Skip(1)], "adagmm").ShouldBe("adagmm 0.6000 +0.1000..+0.1000 > 80 (80..80) 0.50 2.25");
        lines.ShouldAllBe(line => line.TrimEnd().Length <= 80);
    }

    [Fact]
    public async Task Compare_Json_IsOneDocumentAndFewSeedsAreWarnedOf()
    {
        Finished run = await LocalProcess.RunAsync("compare", Write("a", 2), Write("b", 1), "--output", "json");

        run.ExitCode.ShouldBe(0, run.Errors);
        run.Errors.ShouldStartWith("warning: training seeds: expected at least 3, got 2: the intervals say little about training's own spread");
        JsonElement comparison = JsonDocument.Parse(run.Output).RootElement;
        comparison.GetProperty("against").ValueKind.ShouldBe(JsonValueKind.Null);
        JsonElement[] lines = [.. comparison.GetProperty("kinds")[0].GetProperty("lines").EnumerateArray()];
        lines.Select(line => line.GetProperty("head").GetString()).ShouldBe(["adagmm", "k1", "nearest_neighbor", "true_modes"]);
        lines[0].GetProperty("mean_average_precision").GetDouble().ShouldBe(0.7, 1e-12);
        lines[0].GetProperty("recovered").GetProperty("mean").GetDouble().ShouldBe(0.8, 1e-12);
        lines[1].GetProperty("own_minus").GetProperty("mean").GetDouble().ShouldBe(0.4, 1e-12);
    }

    [Fact]
    public async Task Compare_RunsOfTheEngine_AreRead()
    {
        string job = _folder["out"];
        string[] few = ["--set", "training.steps=1", "--set", "optimizer.warm_up_steps=0", "--set", "evaluation.episodes=2"];
        Finished training = await LocalProcess.RunAsync(ReferenceRun.Arguments(job, few));
        training.ExitCode.ShouldBe(0, training.Errors);

        Finished run = await LocalProcess.RunAsync("compare", job, "--output", "json");

        run.ExitCode.ShouldBe(0, run.Errors);
        JsonElement[] kinds = [.. JsonDocument.Parse(run.Output).RootElement.GetProperty("kinds").EnumerateArray()];
        kinds.Select(kind => kind.GetProperty("noise_kind").GetString()).ShouldBe(["none", "clutter"]);
        JsonElement measured = ReferenceRun.MetricsIn(job).GetProperty("sets")[0];
        JsonElement pooled = kinds[0].GetProperty("lines")[0];
        pooled.GetProperty("head").GetString().ShouldBe(measured.GetProperty("head").GetString());
        pooled.GetProperty("mean_average_precision").GetDouble().ShouldBe(measured.GetProperty("mean_average_precision").GetDouble(), 1e-6);
    }

    [Fact]
    public async Task Compare_RunsThatCannotBeCompared_IsAUsageErrorThatSaysWhy()
    {
        string first = Write("a", 1);

        await ShouldRefuseAsync($"run '{_folder["none"]}': expected the folder of a finished run, got one without metrics.json", first, _folder["none"]);
        await ShouldRefuseAsync($"run '{_folder["b"]}': expected a training seed that no other run beside it has, got 1 as '{first}'", first, Write("b", 1));
        await ShouldRefuseAsync("--against: expected runs with the training seeds 1, as the others have, got 2", first, "--against", Write("c", 2));
        await ShouldRefuseAsync("RUN");
    }

    private static async Task ShouldRefuseAsync(string message, params string[] arguments)
    {
        Finished run = await LocalProcess.RunAsync(["compare", .. arguments]);

        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain(message);
        run.Output.ShouldBeEmpty();
    }

    /// <summary>The first row of a table that begins with a name, blanks made one.</summary>
    private static string Row(string[] lines, string name)
        => lines.Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).First(line => line.StartsWith($"{name} 0.", StringComparison.Ordinal));

    /// <summary>A run of two sets: one Gaussian, nearest neighbor and true modes lie .4 and .1 below and .1 above the job's head.</summary>
    private string Write(string name, int seed, double more = 0)
    {
        Directory.CreateDirectory(_folder[name]);
        string lines = string.Join(",\n", Line("adagmm", 0, "0.5", "2.25"), Line("k1", -0.4), Line("nearest_neighbor", -0.1), Line("true_modes", 0.1, "1", "2"));
        File.WriteAllText(
            Path.Combine(_folder[name], "metrics.json"),
            $$"""{"data_version": "glyphs@1", "split_hash": "aa", "seeds": {"evaluation": 1, "split": 1, "training": {{seed}}}, "sets": [{{lines}}]}""");
        return _folder[name];

        string Line(string head, double plus, string rand = "null", string components = "null") => string.Create(CultureInfo.InvariantCulture, $$"""
            {"phase": "test", "head": "{{head}}", "modes": 2, "weights": "balanced", "noise_percent": 0, "noise_kind": "none", "support": 15, "episodes": 2,
             "mean_average_precision": 0.5, "episodes95": {"mean": 0.5, "low": 0.4, "high": 0.6}, "own_minus": null,
             "adjusted_rand_index": {{rand}}, "mean_components": {{components}}, "precisions": [{{0.6 + more + plus}}, {{0.8 + more + plus}}]}
            """);
    }
}
