using S2M.Data.Sampling;

namespace S2M.Coordinator.Evaluation;

/// <summary>One evaluation episode with its scores, to be looked at.</summary>
/// <param name="Episode">The episode; its one group indexes its own pool.</param>
/// <param name="Scores">Log densities, row-major concepts x queries.</param>
public sealed record ScoredEpisode(Episode Episode, IReadOnlyList<double> Scores);
