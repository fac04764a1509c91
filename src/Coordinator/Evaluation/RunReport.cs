using System.Text.Json;
using S2M.Coordinator.Evaluation.Sets;
using S2M.Coordinator.Training;

namespace S2M.Coordinator.Evaluation;

/// <summary>What a run leaves in <c>metrics.json</c>.</summary>
/// <param name="Name">The job.</param>
/// <param name="SpecificationHash">SHA-256 of the canonical specification.</param>
/// <param name="DataVersion">The data set, <c>name@sha256</c>.</param>
/// <param name="SplitHash">SHA-256 of the class split.</param>
/// <param name="ParametersHash">SHA-256 of the final parameters and running statistics.</param>
/// <param name="NumericContract">What the arithmetic depends on besides the specification.</param>
/// <param name="Seeds">The seeds by name: split, training, evaluation.</param>
/// <param name="Seconds">Wall-clock seconds by phase: data, training, validation, test. Of a run that was resumed, those since its last start alone.</param>
/// <param name="Evaluations">The table.</param>
/// <param name="Retrievals">Mean average precisions.</param>
/// <param name="Sets">Figures of polysemous and noisy sets; empty where the job asks for none.</param>
/// <param name="History">Losses, validations, counters.</param>
public sealed record RunReport(
    string Name,
    string SpecificationHash,
    string DataVersion,
    string SplitHash,
    string ParametersHash,
    string NumericContract,
    IReadOnlyDictionary<string, ulong> Seeds,
    IReadOnlyDictionary<string, double> Seconds,
    IReadOnlyList<EvaluationResult> Evaluations,
    IReadOnlyList<RetrievalResult> Retrievals,
    IReadOnlyList<SetResult> Sets,
    TrainingHistory History)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>The report as JSON; intervals are <c>{mean, low, high}</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Options);
}
