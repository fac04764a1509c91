using S2M.Coordinator.Training;

namespace S2M.Coordinator.Evaluation.Sets;

/// <summary>Scores with a head of the executor.</summary>
/// <param name="name">The line's name.</param>
/// <param name="pool">The descriptors.</param>
/// <param name="head">Which head.</param>
internal sealed class HeadSetScorer(string name, SetPool pool, ScoringHead head) : ISetScorer
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SetScores>> ScoreAsync(IReadOnlyList<LocatedSet> sets, CancellationToken cancellationToken)
    {
        IReadOnlyList<double[]> scores = await pool.Executor.ScoreAsync(pool.Snapshot, pool.Descriptors, [.. sets.Select(set => set.Group)], head, cancellationToken);
        return [.. scores.Select(ofSet => new SetScores(ofSet))];
    }
}
