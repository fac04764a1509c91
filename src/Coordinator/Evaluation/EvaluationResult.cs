using S2M.Numerics.Statistics;

namespace S2M.Coordinator.Evaluation;

/// <summary>One cell of the table.</summary>
/// <param name="Phase"><c>validation</c> or <c>test</c>.</param>
/// <param name="Head">What scored: <c>gauss</c>, <c>adagmm</c>, <c>nearest_mean</c>, ...</param>
/// <param name="Ways">Concepts of an episode.</param>
/// <param name="Shots">Support size.</param>
/// <param name="Accuracy">Share of queries whose best concept was their own.</param>
/// <param name="Episodes95">Interval over the sampling of episodes.</param>
/// <param name="Characters95">Interval over base classes, their rotations together.</param>
/// <param name="Episodes">How many episodes.</param>
public sealed record EvaluationResult(
    string Phase, string Head, int Ways, int Shots, double Accuracy, Interval Episodes95, Interval Characters95, int Episodes);
