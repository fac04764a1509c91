using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using S2M.Numerics.Statistics;

namespace S2M.Cli.Following;

/// <summary>The tables of <c>metrics.json</c>.</summary>
/// <param name="Evaluations">Accuracies.</param>
/// <param name="Retrievals">Mean average precisions.</param>
/// <param name="Sets">Figures of polysemous and noisy sets; absent in a run of an earlier version.</param>
internal sealed record JobMetrics(IReadOnlyList<EvaluationCell>? Evaluations, IReadOnlyList<RetrievalLine>? Retrievals, IReadOnlyList<SetLine>? Sets)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Reads them.</summary>
    /// <param name="metrics">The document.</param>
    internal static JobMetrics Read(JsonNode metrics) => metrics.Deserialize<JobMetrics>(Options) ?? new JobMetrics([], [], []);
}

/// <summary>One cell of the table.</summary>
/// <param name="Phase"><c>validation</c> or <c>test</c>.</param>
/// <param name="Head">What scored.</param>
/// <param name="Ways">Concepts of an episode.</param>
/// <param name="Shots">Support size.</param>
/// <param name="Accuracy">Share of queries whose best concept was their own.</param>
/// <param name="Episodes95">Interval over the sampling of episodes.</param>
/// <param name="Characters95">Interval over base classes.</param>
/// <param name="Episodes">How many episodes.</param>
internal sealed record EvaluationCell(string Phase, string Head, int Ways, int Shots, double Accuracy, Interval Episodes95, Interval Characters95, int Episodes);

/// <summary>A line of the retrieval protocol.</summary>
/// <param name="Phase"><c>test</c>.</param>
/// <param name="Head">What ranked.</param>
/// <param name="Gallery"><c>all</c> or <c>upright</c>.</param>
/// <param name="Concepts">How many concepts ranked.</param>
/// <param name="Targets">How many images they ranked.</param>
/// <param name="MeanAveragePrecision">Mean over concepts.</param>
/// <param name="Characters95">Interval over base classes.</param>
internal sealed record RetrievalLine(string Phase, string Head, string Gallery, int Concepts, double Targets, double MeanAveragePrecision, Interval Characters95);

/// <summary>A line of the set protocol.</summary>
/// <param name="Phase"><c>test</c>.</param>
/// <param name="Head">What ranked.</param>
/// <param name="Modes">Characters of a set.</param>
/// <param name="Weights"><c>balanced</c> or <c>skewed</c>.</param>
/// <param name="NoisePercent">Share of noise in percent.</param>
/// <param name="NoiseKind">What the noise is, or <c>none</c>.</param>
/// <param name="Episodes">How many sets.</param>
/// <param name="MeanAveragePrecision">Mean over sets.</param>
/// <param name="Episodes95">Interval over sets.</param>
/// <param name="OwnMinus">The job's head minus this line; null for the job's head.</param>
/// <param name="AdjustedRandIndex">Agreement of components and true characters; null for a line without components.</param>
/// <param name="MeanComponents">Components that support images belong to; null for a line without components.</param>
internal sealed record SetLine(
    string Phase,
    string Head,
    int Modes,
    string Weights,
    int NoisePercent,
    string NoiseKind,
    int Episodes,
    double MeanAveragePrecision,
    Interval Episodes95,
    Interval? OwnMinus,
    double? AdjustedRandIndex,
    double? MeanComponents);
