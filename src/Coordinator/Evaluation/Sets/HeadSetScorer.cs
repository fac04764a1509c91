using S2M.Data.Sampling;
using S2M.Specification;

namespace S2M.Coordinator.Evaluation.Sets;

/// <summary>Scores with a head of the executor.</summary>
/// <param name="name">The line's name.</param>
/// <param name="pool">The descriptors.</param>
/// <param name="head">Which head.</param>
/// <param name="isMixture">Whether it can have several components, so that they are compared with the true modes.</param>
internal sealed class HeadSetScorer(string name, SetPool pool, ScoringHead head, bool isMixture) : ISetScorer
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SetScores>> ScoreAsync(IReadOnlyList<LocatedSet> sets, CancellationToken cancellationToken)
    {
        EpisodeGroup[] groups = [.. sets.Select(set => set.Group)];
        IReadOnlyList<double[]> scores = await pool.Executor.ScoreAsync(pool.Snapshot, pool.Descriptors, groups, head, isMixture, cancellationToken);
        return [.. scores.Zip(sets, (ofSet, set) => isMixture ? Split(ofSet, set.Queries.Length) : new SetScores(ofSet))];
    }

    private static SetScores Split(double[] answer, int queries) => new(answer[..queries], [.. answer[queries..].Select(component => (int)component)]);
}
