namespace S2M.Model.Losses;

/// <summary>Scores of a group's queries under its concepts.</summary>
/// <param name="values">Row-major, concepts x queries.</param>
/// <param name="concepts">C, at least 1.</param>
/// <param name="owners">For each query the concept it is a positive of, or -1 for a distractor; length Q.</param>
public readonly ref struct GroupScores(ReadOnlySpan<double> values, int concepts, ReadOnlySpan<int> owners)
{
    /// <summary>Log-densities, row-major concepts x queries.</summary>
    public ReadOnlySpan<double> Values { get; } = values;

    /// <summary>How many concepts score.</summary>
    public int Concepts { get; } = concepts;

    /// <summary>For each query the concept it is a positive of, or -1 for a distractor.</summary>
    public ReadOnlySpan<int> Owners { get; } = owners;

    /// <summary>How many queries are scored.</summary>
    public int Queries => Owners.Length;

    /// <summary>How many queries' best concept (the first among equals) is their own; distractors do not count.</summary>
    public int CountHits()
    {
        int hits = 0;
        for (int query = 0; query < Queries; query++)
        {
            int best = 0;
            for (int concept = 1; concept < Concepts; concept++)
            {
                best = Values[(concept * Queries) + query] > Values[(best * Queries) + query] ? concept : best;
            }

            hits += best == Owners[query] ? 1 : 0;
        }

        return hits;
    }
}
