using S2M.Coordinator.Training;
using S2M.Data.Sampling;
using S2M.Numerics.Parameters;

namespace S2M.Coordinator.Evaluation;

/// <summary>Scores with a head over descriptors of the gallery.</summary>
/// <param name="name">The row's name.</param>
/// <param name="executor">Who scores.</param>
/// <param name="snapshot">The parameters.</param>
/// <param name="descriptors">The gallery's, row by row.</param>
/// <param name="head">Which head.</param>
public sealed class DescriptorScorer(string name, IShareExecutor executor, ParameterSnapshot snapshot, float[] descriptors, ScoringHead head) : IGroupScorer
{
    /// <inheritdoc/>
    public string Name => name;

    /// <summary>The parameters that gave the descriptors.</summary>
    internal ParameterSnapshot Snapshot => snapshot;

    /// <summary>The gallery's descriptors, row by row.</summary>
    internal float[] Descriptors => descriptors;

    /// <inheritdoc/>
    public Task<IReadOnlyList<double[]>> ScoreAsync(IReadOnlyList<EpisodeGroup> groups, CancellationToken cancellationToken)
        => executor.ScoreAsync(snapshot, descriptors, groups, head, cancellationToken);

    /// <summary>Scores the same targets under every support set.</summary>
    /// <param name="supports">Rows of the gallery, a list for each concept, each at least one.</param>
    /// <param name="targets">Rows of the gallery.</param>
    /// <param name="cancellationToken">Stops at the next concept.</param>
    /// <returns>For each support set the targets' scores.</returns>
    public Task<IReadOnlyList<double[]>> RankAsync(IReadOnlyList<IReadOnlyList<int>> supports, IReadOnlyList<int> targets, CancellationToken cancellationToken)
        => executor.RankAsync(snapshot, descriptors, supports, targets, head, cancellationToken);
}
