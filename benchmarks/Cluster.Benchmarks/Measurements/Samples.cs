using System.Globalization;
using S2M.Model.Benchmarks.Reports;
using S2M.Model.Benchmarks.Rounds;

namespace S2M.Cluster.Benchmarks.Measurements;

/// <summary>What a measurement collects on its way to a report.</summary>
internal sealed class Samples
{
    private readonly Dictionary<string, List<double>> _series = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _units = new(StringComparer.Ordinal);

    /// <summary>What it was measured on.</summary>
    internal Dictionary<string, string> Settings { get; } = new(StringComparer.Ordinal);

    /// <summary>Ratios of pairs.</summary>
    internal List<Comparison> Comparisons { get; } = [];

    /// <summary>What is promised; the last one is printed last.</summary>
    internal List<Figure> Figures { get; } = [];

    /// <summary>All series.</summary>
    internal IReadOnlyList<Series> Series => [.. _series.Select(pair => new Series(pair.Key, _units[pair.Key], pair.Value))];

    /// <summary>The samples of one.</summary>
    internal IReadOnlyList<double> Of(string name) => _series[name];

    /// <summary>Adds a sample.</summary>
    internal void Add(string name, string unit, double value)
    {
        _units[name] = unit;
        if (!_series.TryGetValue(name, out List<double>? samples))
        {
            _series[name] = samples = [];
        }

        samples.Add(value);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {value:0.####} {unit}"));
    }

    /// <summary>Adds many samples, or a count, without a word about each.</summary>
    internal void AddAll(string name, string unit, params IEnumerable<double> values)
    {
        _units[name] = unit;
        _series[name] = [.. values];
    }

    /// <summary>A figure that is the median of ratios.</summary>
    internal void Promise(string name, IReadOnlyList<double> values, string unit, Bound bound, double reach)
    {
        (double low, double high) = Ratios.MedianInterval(values);
        Figures.Add(new Figure(name, Ratios.Median(values), unit, bound, reach, low, high));
    }
}
