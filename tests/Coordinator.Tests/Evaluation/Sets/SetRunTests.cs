using S2M.Coordinator.Evaluation;
using S2M.Coordinator.Evaluation.Sets;
using S2M.Coordinator.Training;
using S2M.Data;
using S2M.Numerics.Statistics;

namespace S2M.Coordinator.Tests.Evaluation.Sets;

public sealed class SetRunTests : IDisposable
{
    private const string Start = """{"data_version": "glyphs@1", "split_hash": "aa", "seeds": {"evaluation": 7, "split": 1, "training": 3}, "sets": [""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s2m-set-run-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Read_WhatARunWrites_ComesBack()
    {
        var set = new SetResult("test", "gauss", 1, "balanced", 0, "none", 15, 2, 0.75, new Interval(0.75, 0.5, 1), new PairedDifference(0, 0, 0), 0.5, 1.5, [0.5, 1]);
        var seeds = new Dictionary<string, ulong>(StringComparer.Ordinal) { ["split"] = 1, ["training"] = 3, ["evaluation"] = ulong.MaxValue };
        var report = new RunReport(
            "job", "11", "glyphs@1", "aa", "22", "numerics", seeds, new Dictionary<string, double>(StringComparer.Ordinal), [], [], [set], new TrainingHistory([], [], 0, 0, 0));
        Write(report.ToJson());

        SetRun run = SetRun.Read(_folder.FullName);

        (run.DataVersion, run.SplitHash, run.EvaluationSeed, run.TrainingSeed).ShouldBe(("glyphs@1", "aa", ulong.MaxValue, 3ul));
        SetResult read = run.Sets.ShouldHaveSingleItem();
        read.Precisions.ShouldBe([0.5, 1]);
        (read with { Precisions = set.Precisions }).ShouldBe(set);
    }

    [Fact]
    public void Read_NoMetrics_SaysWhereAndWhat()
        => Should.Throw<DataException>(() => SetRun.Read("absent")).Message
            .ShouldBe("run 'absent': expected the folder of a finished run, got one without metrics.json; check the path, or wait for the end of the run");

    [Theory]
    [InlineData("{", "expected the metrics of a run as JSON")]
    [InlineData("null", "expected data_version, split_hash and the seeds")]
    [InlineData("""{"data_version": "d", "split_hash": "s", "seeds": {"evaluation": 1}}""", "expected data_version, split_hash and the seeds")]
    [InlineData("""{"data_version": "d", "split_hash": "s", "seeds": {"evaluation": 1, "training": 1}}""", "expected figures of sets in metrics.json, got none")]
    [InlineData(Start + "]}", "expected figures of sets in metrics.json, got none")]
    [InlineData(Start + """{"head": "gauss", "episodes": 2}]}""", "the precision of each of 2 sets for gauss in metrics.json, got 0: it was made by an older version")]
    [InlineData(Start + """{"head": "gauss", "episodes": 2, "precisions": [1]}]}""", "expected the precision of each of 2 sets for gauss in metrics.json, got 1")]
    public void Read_MetricsThatDoNotServe_SaysWhatIsMissing(string text, string message)
    {
        Write(text);

        Should.Throw<DataException>(() => SetRun.Read(_folder.FullName)).Message.ShouldContain(message);
    }

    private void Write(string text) => File.WriteAllText(Path.Combine(_folder.FullName, "metrics.json"), text);
}
