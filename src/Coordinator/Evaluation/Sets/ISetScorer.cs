using S2M.Data.Sampling;

namespace S2M.Coordinator.Evaluation.Sets;

/// <summary>A line of the set protocol: learns each set's concept from its support and scores its queries.</summary>
internal interface ISetScorer
{
    /// <summary>The line's name, such as <c>gauss</c> or <c>nearest_neighbor</c>.</summary>
    string Name { get; }

    /// <summary>Scores sets.</summary>
    /// <param name="sets">The sets.</param>
    /// <param name="cancellationToken">Stops at the next set.</param>
    /// <returns>What each set gave, in order.</returns>
    Task<IReadOnlyList<SetScores>> ScoreAsync(IReadOnlyList<LocatedSet> sets, CancellationToken cancellationToken);
}

/// <summary>A set whose images are rows of a pool of descriptors.</summary>
/// <param name="Group">One concept and its distractors.</param>
/// <param name="SupportModes">For each support row its true mode, from 0; -1 for noise.</param>
internal sealed record LocatedSet(EpisodeGroup Group, IReadOnlyList<int> SupportModes)
{
    /// <summary>Rows of the support.</summary>
    internal IReadOnlyList<int> Support => Group.Concepts[0].Support;

    /// <summary>Rows of the queries: the positives, then the distractors.</summary>
    internal int[] Queries => [.. Group.Concepts[0].Positives, .. Group.Distractors];
}

/// <summary>What a line makes of a set.</summary>
/// <param name="Queries">A score for each query, higher is more relevant.</param>
/// <param name="SupportComponents">For each support row the component of its largest responsibility; null for a line without components.</param>
internal sealed record SetScores(double[] Queries, int[]? SupportComponents = null);
