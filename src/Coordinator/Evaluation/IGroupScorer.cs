using S2M.Data.Sampling;

namespace S2M.Coordinator.Evaluation;

/// <summary>A row of the table: scores groups of gallery images.</summary>
public interface IGroupScorer
{
    /// <summary>The row's name, such as <c>gauss</c> or <c>raw_pixels</c>.</summary>
    string Name { get; }

    /// <summary>Scores groups whose index lists point into the gallery.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="cancellationToken">Stops at the next group.</param>
    /// <returns>For each group the scores, row-major concepts x queries.</returns>
    Task<IReadOnlyList<double[]>> ScoreAsync(IReadOnlyList<EpisodeGroup> groups, CancellationToken cancellationToken);
}
