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
internal sealed class DescriptorScorer(string name, IShareExecutor executor, ParameterSnapshot snapshot, float[] descriptors, ScoringHead head) : IGroupScorer
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public Task<IReadOnlyList<double[]>> ScoreAsync(IReadOnlyList<EpisodeGroup> groups, CancellationToken cancellationToken)
        => executor.ScoreAsync(snapshot, descriptors, groups, head, cancellationToken);
}
