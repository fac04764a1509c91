using S2M.Cluster.Benchmarks.Measurements;
using S2M.Model.Benchmarks.Rounds;

namespace S2M.Cluster.Benchmarks.Chaos;

/// <summary>What one process held as it grew older.</summary>
/// <param name="name">The program's name in its cluster.</param>
internal sealed class ProcessLife(string name)
{
    // The first minute fills caches, pools and compiled code.
    private const double Start = 60;
    private const int FewestSamples = 20;

    private readonly long _seen = Measurement.Now;
    private readonly List<UsageSample> _samples = [];

    /// <summary>The program's name in its cluster.</summary>
    internal string Name => name;

    /// <summary>Everything that was seen, in order.</summary>
    internal IReadOnlyList<UsageSample> Samples => _samples;

    /// <summary>Seconds from when it was seen first to when it was seen last.</summary>
    internal double Age => _samples.Count == 0 ? 0 : _samples[^1].Age;

    /// <summary>Whether there are enough samples to say how it grew.</summary>
    internal bool IsOld => Grown.Length >= FewestSamples;

    private UsageSample[] Grown => [.. _samples.Where(static sample => sample.Age >= Start)];

    /// <summary>Adds what it holds now.</summary>
    internal void Add(long bytes, int handles) => _samples.Add(new UsageSample(Measurement.Seconds(_seen, Measurement.Now), bytes / 1e6, handles));

    /// <summary>The medians of the first and of the last quarter of its samples behind its start.</summary>
    internal (double First, double Last) Quarters(Func<UsageSample, double> value)
    {
        double[] values = [.. Grown.Select(value)];
        int quarter = values.Length / 4;
        return (Ratios.Median(values[..quarter]), Ratios.Median(values[^quarter..]));
    }
}

/// <summary>What a process held at an age.</summary>
/// <param name="Age">Seconds since it was seen first.</param>
/// <param name="Megabytes">Resident memory.</param>
/// <param name="Handles">Open files and sockets.</param>
internal sealed record UsageSample(double Age, double Megabytes, int Handles);
