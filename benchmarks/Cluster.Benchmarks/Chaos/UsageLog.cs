using System.Globalization;
using S2M.Cluster.Benchmarks.Measurements;
using S2M.Cluster.Benchmarks.Processes;
using S2M.Integration.Tests.Chaos;
using S2M.Integration.Tests.Processes;
using S2M.Model.Benchmarks.Reports;

namespace S2M.Cluster.Benchmarks.Chaos;

/// <summary>
/// What the processes of a cluster hold, every few seconds, and how that grows with their age. It is bounded where, for the oldest processes of a kind, the median
/// of the last quarter of their samples is at most one and a half times that of the first quarter, start left out.
/// </summary>
internal sealed class UsageLog
{
    private const double Reach = 1.5;
    private const int Oldest = 5;

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(3);

    private readonly Dictionary<int, ProcessLife> _lives = [];

    /// <summary>Looks at all processes until it is canceled.</summary>
    internal async Task FollowAsync(IReadOnlyList<RestartedProgram> programs, CancellationToken cancellationToken)
    {
        using var beat = new PeriodicTimer(Beat);
        try
        {
            do
            {
                foreach (RestartedProgram program in programs)
                {
                    Look(program.Name, program.Process);
                }
            }
            while (await beat.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    /// <summary>Adds the samples and figures of one kind of process.</summary>
    /// <param name="kind">What names begin with.</param>
    /// <param name="samples">Takes them.</param>
    internal void Report(string kind, Samples samples)
    {
        ProcessLife[] lives = [.. _lives.Values.Where(life => life.Name.StartsWith(kind, StringComparison.Ordinal)).OrderByDescending(static life => life.Age)];
        ProcessLife[] oldest = [.. lives.Where(static life => life.IsOld).Take(Oldest)];
        samples.Settings[$"oldest of {lives.Length} processes, {kind}"] = oldest.Length == 0
            ? "none is old enough"
            : string.Join(", ", oldest.Select(static life => string.Create(CultureInfo.InvariantCulture, $"{life.Name} {life.Age:0} s")));
        samples.AddAll($"{kind}: process, by age", "number", lives.SelectMany(static (life, index) => life.Samples.Select(_ => (double)index + 1)));
        samples.AddAll($"{kind}: age", "s", lives.SelectMany(static life => life.Samples).Select(static sample => sample.Age));
        Report($"{kind}: memory", "MB", lives, oldest, static sample => sample.Megabytes, samples);
        Report($"{kind}: handles", "handles", lives, oldest, static sample => sample.Handles, samples);
    }

    private static void Report(string name, string unit, ProcessLife[] lives, ProcessLife[] oldest, Func<UsageSample, double> value, Samples samples)
    {
        double[] all = [.. lives.SelectMany(static life => life.Samples).Select(value)];
        samples.AddAll(name, unit, all);
        samples.Figures.Add(new Figure($"{name}, most", all.Max(), unit, Bound.None, 0));
        if (oldest.Length == 0)
        {
            samples.Figures.Add(new Figure($"{name}, bounded", null, "x the first quarter", Bound.AtMost, Reach));
            return;
        }

        (double First, double Last)[] quarters = [.. oldest.Select(life => life.Quarters(value))];
        samples.AddAll($"{name}, first quarter", unit, quarters.Select(static pair => pair.First));
        samples.AddAll($"{name}, last quarter", unit, quarters.Select(static pair => pair.Last));
        double[] growth = [.. quarters.Select(static pair => pair.Last / pair.First)];
        samples.Comparisons.Add(new Comparison($"{name}, last quarter over first", $"{name}, last quarter", $"{name}, first quarter", growth));
        samples.Promise($"{name}, bounded", growth, "x the first quarter", Bound.AtMost, Reach);
    }

    private void Look(string name, ProgramProcess? process)
    {
        if (process is null)
        {
            return;
        }

        if (!_lives.TryGetValue(process.Id, out ProcessLife? life))
        {
            _lives[process.Id] = life = new ProcessLife(name);
        }

        try
        {
            life.Add(ProcessUsage.Bytes(process.Id), ProcessUsage.Handles(process.Id));
        }
        catch (IOException)
        {
            // It has ended, and is started again soon.
        }
    }
}
