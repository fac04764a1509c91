using S2M.Numerics.Statistics;

namespace S2M.Coordinator.Evaluation.Sets;

/// <summary>A figure of the set protocol: one line for one kind of set (docs/evaluation.md).</summary>
/// <param name="Phase"><c>test</c>.</param>
/// <param name="Head">What scored: the job's head, <c>nearest_mean</c>, <c>nearest_neighbor</c>, <c>true_modes</c>, ...</param>
/// <param name="Modes">Characters that a concept is the union of.</param>
/// <param name="Weights"><c>balanced</c> or <c>skewed</c>.</param>
/// <param name="NoisePercent">Share of noise in percent of the support.</param>
/// <param name="NoiseKind"><c>scattered</c>, <c>clutter</c>, <c>coherent</c>; <c>none</c> where the share is 0.</param>
/// <param name="Support">Images of a support.</param>
/// <param name="Episodes">How many sets.</param>
/// <param name="MeanAveragePrecision">Mean over sets of the average precision of positives among positives and distractors.</param>
/// <param name="Episodes95">Interval over sets, by bootstrap.</param>
/// <param name="OwnMinus">The job's head minus this line on the same sets, by paired bootstrap; null for the job's head.</param>
/// <param name="AdjustedRandIndex">Mean over sets of the agreement of components and true modes on the clean support; null for a line without components.</param>
/// <param name="MeanComponents">Mean over sets of the components that support images belong to; null for a line without components.</param>
/// <param name="Precisions">The average precision of each set, in their order, to six decimals: what comparisons of runs are made of.</param>
public sealed record SetResult(
    string Phase,
    string Head,
    int Modes,
    string Weights,
    int NoisePercent,
    string NoiseKind,
    int Support,
    int Episodes,
    double MeanAveragePrecision,
    Interval Episodes95,
    PairedDifference? OwnMinus,
    double? AdjustedRandIndex,
    double? MeanComponents,
    IReadOnlyList<double> Precisions);
