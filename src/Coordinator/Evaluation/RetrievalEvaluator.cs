using S2M.Data.Catalogs;
using S2M.Numerics.Statistics;

namespace S2M.Coordinator.Evaluation;

/// <summary>
/// Retrieval (docs/maths.md, Protocols): half of a concept's images, in the order of the data set, define it and rank the other halves of all concepts; then
/// the halves are exchanged. A target whose pixels are those of a concept image of the same class is removed first.
/// </summary>
internal sealed class RetrievalEvaluator
{
    // Scores of so many concepts are in memory at once.
    private const int ConceptsAtOnce = 128;

    private readonly Concept[] _all;
    private readonly ulong _seed;

    /// <summary>Divides the gallery's images.</summary>
    /// <param name="gallery">The phase's images.</param>
    /// <param name="catalog">The phase's concepts.</param>
    /// <param name="isDuplicate">Whether two images of the data set have the same pixels.</param>
    /// <param name="seed">Seed of the bootstrap.</param>
    internal RetrievalEvaluator(Gallery gallery, ConceptCatalog catalog, Func<int, int, bool> isDuplicate, ulong seed)
    {
        _seed = seed;
        _all = [.. Enumerable.Range(0, catalog.Count).Select(index => Divide(gallery, catalog[index], gallery.RowsOf(index), isDuplicate))];
    }

    /// <summary>The figures of one head, for all concepts and for the upright ones.</summary>
    /// <param name="scorer">Ranks with that head.</param>
    /// <param name="cancellationToken">Stops at the next concept.</param>
    internal async Task<IReadOnlyList<RetrievalResult>> EvaluateAsync(DescriptorScorer scorer, CancellationToken cancellationToken)
    {
        var results = new List<RetrievalResult> { await EvaluateAsync("all", _all) };
        Concept[] upright = Array.FindAll(_all, concept => concept.Id.QuarterTurns == 0);
        if (upright.Length < _all.Length)
        {
            results.Add(await EvaluateAsync("upright", upright));
        }

        return results;

        async Task<RetrievalResult> EvaluateAsync(string gallery, Concept[] concepts)
        {
            var tallies = new SortedDictionary<int, ClassTally>();
            int targets = await AddHalfAsync(concepts, concept => concept.First, concept => concept.Second);
            targets += await AddHalfAsync(concepts, concept => concept.Second, concept => concept.First);
            Interval interval = ClassBootstrap.Interval([.. tallies.Values], _seed);
            return new RetrievalResult("test", scorer.Name, gallery, concepts.Length, targets / 2.0, concepts.Sum(concept => concept.Duplicates), interval.Mean, interval);

            async Task<int> AddHalfAsync(Concept[] concepts, Func<Concept, Half> support, Func<Concept, Half> target)
            {
                int[] owners = [.. concepts.SelectMany((concept, index) => Enumerable.Repeat(index, target(concept).Targets.Length))];
                int[] rows = [.. concepts.SelectMany(concept => target(concept).Targets)];
                for (int first = 0; first < concepts.Length; first += ConceptsAtOnce)
                {
                    int[][] supports = [.. concepts.Skip(first).Take(ConceptsAtOnce).Select(concept => support(concept).Support)];
                    IReadOnlyList<double[]> scores = await scorer.RankAsync(supports, rows, cancellationToken);
                    for (int i = 0; i < scores.Count; i++)
                    {
                        int index = first + i;
                        bool[] relevant = [.. owners.Select(owner => owner == index)];
                        int tallied = concepts[index].Id.Class;
                        ClassTally tally = tallies.GetValueOrDefault(tallied) ?? new ClassTally(tallied, 0, 0);
                        tallies[tallied] = tally with { Sum = tally.Sum + AveragePrecision.Of(scores[i], relevant), Count = tally.Count + 1 };
                    }
                }

                return rows.Length;
            }
        }
    }

    private static Concept Divide(Gallery gallery, ConceptId id, Range rows, Func<int, int, bool> isDuplicate)
    {
        int[] all = [.. Enumerable.Range(rows.Start.Value, rows.End.Value - rows.Start.Value)];
        int[] first = all[..(all.Length / 2)];
        int[] second = all[(all.Length / 2)..];
        int[] firstTargets = Without(first, second);
        int[] secondTargets = Without(second, first);
        return new Concept(id, new Half(first, firstTargets), new Half(second, secondTargets), all.Length - firstTargets.Length - secondTargets.Length);

        int[] Without(int[] targets, int[] support)
            => Array.FindAll(targets, target => !Array.Exists(support, row => isDuplicate(gallery.Images[row].Image, gallery.Images[target].Image)));
    }

    private sealed record Half(int[] Support, int[] Targets);

    private sealed record Concept(ConceptId Id, Half First, Half Second, int Duplicates);
}
