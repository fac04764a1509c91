namespace S2M.Coordinator.Evaluation.Sets;

/// <summary>A line that this process computes from the descriptors alone.</summary>
/// <param name="name">The line's name.</param>
/// <param name="score">Scores one set.</param>
internal sealed class DescriptorSetScorer(string name, Func<LocatedSet, SetScores> score) : ISetScorer
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public Task<IReadOnlyList<SetScores>> ScoreAsync(IReadOnlyList<LocatedSet> sets, CancellationToken cancellationToken)
        => Task.Run<IReadOnlyList<SetScores>>(
            () =>
            {
                var scores = new List<SetScores>(sets.Count);
                foreach (LocatedSet set in sets)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    scores.Add(score(set));
                }

                return scores;
            },
            cancellationToken);
}
