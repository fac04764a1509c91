using System.Text.Json;
using System.Text.Json.Serialization;
using S2M.Model.Benchmarks.Rounds;

namespace S2M.Model.Benchmarks.Reports;

/// <summary>What a benchmark gives: all samples, so that anyone can compute other statistics from them.</summary>
/// <param name="Benchmark">The command.</param>
/// <param name="Date">When it ended, UTC.</param>
/// <param name="Machine">Where it ran.</param>
/// <param name="Settings">What was measured on: images, batch, rounds, peers.</param>
/// <param name="Series">Times or rates.</param>
/// <param name="Comparisons">Ratios of pairs.</param>
/// <param name="Figures">What is promised about them.</param>
internal sealed record BenchmarkReport(
    string Benchmark,
    string Date,
    Machine Machine,
    IReadOnlyDictionary<string, string> Settings,
    IReadOnlyList<Series> Series,
    IReadOnlyList<Comparison> Comparisons,
    IReadOnlyList<Figure> Figures)
{
    private const int KeptDigits = 5;

    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        IndentSize = 1,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower), new SampleConverter() },
    };

    /// <summary>The quotients of a comparison.</summary>
    internal IReadOnlyList<double> SamplesOf(string comparison) => Comparisons.Single(candidate => candidate.Name == comparison).Samples;

    /// <summary>Their median.</summary>
    internal double MedianOf(string comparison) => Ratios.Median(SamplesOf(comparison));

    /// <summary>Writes the report as JSON.</summary>
    /// <param name="path">The file; its folder is made.</param>
    internal void Save(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path, JsonSerializer.Serialize(this, Format) + "\n");
    }

    /// <summary>Numbers with the digits that mean something, on one line per series: reports are committed.</summary>
    private sealed class SampleConverter : JsonConverter<IReadOnlyList<double>>
    {
        public override IReadOnlyList<double> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
            => throw new NotSupportedException("reports are only written here");

        public override void Write(Utf8JsonWriter writer, IReadOnlyList<double> value, JsonSerializerOptions options)
            => writer.WriteRawValue($"[{string.Join(", ", value.Select(static sample => sample.ToString($"G{KeptDigits}", System.Globalization.CultureInfo.InvariantCulture)))}]");
    }
}
