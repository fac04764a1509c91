using System.Collections.Immutable;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;
using Perfolizer.Mathematics.OutlierDetection;
using S2M.Model.Benchmarks.Images;
using S2M.Model.Benchmarks.Rounds;
using Report = S2M.Model.Benchmarks.Reports.BenchmarkReport;

namespace S2M.Model.Benchmarks.Parts;

/// <summary>
/// Runs BenchmarkDotNet several times over: it measures one part after the other, so that only what one run measured is compared, and the ratios' median
/// over the runs is reported.
/// </summary>
/// <param name="time">The clock of the date.</param>
internal sealed class PartRunner(TimeProvider time)
{
    private const int Iterations = 8;
    private const double NanosecondsPerMicrosecond = 1000;

    /// <summary>Measures.</summary>
    /// <param name="name">The command.</param>
    /// <param name="parts">Classes of benchmarks; each has one baseline.</param>
    /// <param name="rounds">Runs of all of them, at least 1.</param>
    /// <param name="images">The inputs.</param>
    internal Report Run(string name, IReadOnlyList<Type> parts, int rounds, BenchmarkImages images)
    {
        Reports.Machine machine = Reports.Machine.Describe();
        DirectoryInfo artifacts = Directory.CreateTempSubdirectory("s2m-benchmarks-");
        try
        {
            var runs = new List<BenchmarkReport>();
            for (int round = 0; round < rounds; round++)
            {
                foreach (Type part in parts)
                {
                    runs.AddRange(Measure(part, artifacts.FullName));
                }
            }

            var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["images"] = images.Description,
                ["rounds"] = $"{rounds} runs of BenchmarkDotNet {typeof(BenchmarkRunner).Assembly.GetName().Version?.ToString(3)} in process, {Iterations} iterations each",
            };
            Reports.Comparison[] comparisons = [.. Comparisons(runs)];
            return new Report(
                name,
                time.GetUtcNow().ToString("yyyy-MM-dd"),
                machine,
                settings,
                [.. runs.GroupBy(NameOf, StringComparer.Ordinal).Select(Samples)],
                comparisons,
                [.. comparisons.Select(static comparison => new Reports.Figure(comparison.Name, Ratios.Median(comparison.Samples), "x", Reports.Bound.None, 0))]);
        }
        finally
        {
            artifacts.Delete(recursive: true);
        }
    }

    private static ImmutableArray<BenchmarkReport> Measure(Type part, string artifacts)
    {
        var log = new AccumulationLogger();
        Job job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
            .WithWarmupCount(3)
            .WithIterationCount(Iterations)
            .WithIterationTime(TimeInterval.FromMilliseconds(50))
            .WithOutlierMode(OutlierMode.DontRemove);
        ManualConfig config = ManualConfig.CreateEmpty().AddJob(job).AddLogger(log).AddDiagnoser(MemoryDiagnoser.Default).WithArtifactsPath(artifacts);
        Summary summary = BenchmarkRunner.Run(part, config);
        return summary.HasCriticalValidationErrors || summary.Reports.Length == 0 || summary.Reports.Any(static report => !report.Success)
            ? throw new BenchmarkException($"{part.Name}: expected every benchmark to run, got: {LastWords(log)}; build with -c Release and look at the first error")
            : summary.Reports;
    }

    private static string LastWords(AccumulationLogger log)
        => string.Join(" | ", log.GetLog().Split('\n').Where(static line => line.Contains("rror", StringComparison.Ordinal) || line.Contains("xception", StringComparison.Ordinal)).Take(5));

    private static Reports.Series Samples(IGrouping<string, BenchmarkReport> runs) => new(
        runs.Key,
        "us",
        [.. runs.SelectMany(static run => run.ResultStatistics!.OriginalValues).Select(static nanoseconds => nanoseconds / NanosecondsPerMicrosecond)],
        runs.Last().GcStats.GetBytesAllocatedPerOperation(runs.Last().BenchmarkCase));

    // A pair is one run: the medians of part and baseline, measured one after the other.
    private static IEnumerable<Reports.Comparison> Comparisons(List<BenchmarkReport> runs)
    {
        foreach (IGrouping<string, BenchmarkReport> part in runs.Where(static run => !run.BenchmarkCase.Descriptor.Baseline).GroupBy(NameOf, StringComparer.Ordinal))
        {
            BenchmarkCase subject = part.First().BenchmarkCase;
            BenchmarkReport[] baselines =
            [
                .. runs.Where(run => run.BenchmarkCase.Descriptor.Baseline
                    && run.BenchmarkCase.Descriptor.Type == subject.Descriptor.Type
                    && run.BenchmarkCase.Parameters.DisplayInfo == subject.Parameters.DisplayInfo),
            ];
            string baseline = NameOf(baselines[0]);
            yield return new Reports.Comparison($"{part.Key} / {baseline}", part.Key, baseline, Ratios.PerPair([.. part.Select(Median)], [.. baselines.Select(Median)]));
        }
    }

    private static double Median(BenchmarkReport run) => Ratios.Median([.. run.ResultStatistics!.OriginalValues]);

    private static string NameOf(BenchmarkReport run)
    {
        string name = run.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\'');
        return run.BenchmarkCase.HasParameters ? $"{name} ({string.Join(", ", run.BenchmarkCase.Parameters.Items.Select(static item => $"{item.Name} = {item.Value}"))})" : name;
    }
}
