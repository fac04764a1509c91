using S2M.Data.Catalogs;
using S2M.Numerics.Statistics;

namespace S2M.Coordinator.Evaluation;

/// <summary>
/// Retrieval (docs/maths.md, Protocols): half of a concept's images, in the order of the data set, define it and rank the other halves of all concepts; then
/// the halves are exchanged. A target whose pixels are those of a concept image of the same class is removed first. A half that is empty, or whose own
/// targets were all removed, has no average precision: it is left out and counted, since one such class must not cost the figures of all others.
/// </summary>
internal sealed class RetrievalEvaluator
{
    // Scores of so many concepts are in memory at once.
    private const int ConceptsAtOnce = 128;

    private readonly RankedConcept[] _all;
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

    /// <summary>The figures of one head, for all concepts and for the upright ones; no line for a gallery where no half could rank.</summary>
    /// <param name="scorer">Ranks with that head.</param>
    /// <param name="cancellationToken">Stops at the next concept.</param>
    internal async Task<IReadOnlyList<RetrievalResult>> EvaluateAsync(DescriptorScorer scorer, CancellationToken cancellationToken)
    {
        var galleries = new List<(string Name, RankedConcept[] Concepts)> { ("all", _all) };
        RankedConcept[] upright = Array.FindAll(_all, concept => concept.Id.QuarterTurns == 0);
        if (upright.Length < _all.Length)
        {
            galleries.Add(("upright", upright));
        }

        var results = new List<RetrievalResult>();
        foreach ((string name, RankedConcept[] concepts) in galleries)
        {
            if (await EvaluateAsync(scorer, name, concepts, cancellationToken) is { } result)
            {
                results.Add(result);
            }
        }

        return results;
    }

    private async Task<RetrievalResult?> EvaluateAsync(DescriptorScorer scorer, string gallery, RankedConcept[] concepts, CancellationToken cancellationToken)
    {
        var tallies = new SortedDictionary<int, ClassTally>();
        int targets = await AddAsync(scorer, concepts, concept => concept.First, tallies, cancellationToken);
        targets += await AddAsync(scorer, concepts, concept => concept.Second, tallies, cancellationToken);
        if (tallies.Count == 0)
        {
            return null;
        }

        Interval interval = ClassBootstrap.Interval([.. tallies.Values], _seed);
        return new RetrievalResult(
            "test",
            scorer.Name,
            gallery,
            concepts.Count(concept => concept.First.CanRank || concept.Second.CanRank),
            targets / 2.0,
            concepts.Sum(concept => concept.Duplicates),
            concepts.Sum(concept => (concept.First.CanRank ? 0 : 1) + (concept.Second.CanRank ? 0 : 1)),
            interval.Mean,
            interval);
    }

    /// <summary>Lets one half of every concept rank, and adds its average precision to its class.</summary>
    /// <returns>How many targets were ranked.</returns>
    private static async Task<int> AddAsync(
        DescriptorScorer scorer, RankedConcept[] concepts, Func<RankedConcept, Ranking> half, SortedDictionary<int, ClassTally> tallies, CancellationToken cancellationToken)
    {
        int[] owners = [.. concepts.SelectMany((concept, index) => Enumerable.Repeat(index, half(concept).Targets.Length))];
        int[] rows = [.. concepts.SelectMany(concept => half(concept).Targets)];
        IEnumerable<int> able = Enumerable.Range(0, concepts.Length).Where(index => half(concepts[index]).CanRank);
        foreach (int[] some in able.Chunk(ConceptsAtOnce))
        {
            IReadOnlyList<double[]> scores = await scorer.RankAsync([.. some.Select(index => half(concepts[index]).Support)], rows, cancellationToken);
            for (int i = 0; i < some.Length; i++)
            {
                bool[] relevant = [.. owners.Select(owner => owner == some[i])];
                int tallied = concepts[some[i]].Id.Class;
                ClassTally tally = tallies.GetValueOrDefault(tallied) ?? new ClassTally(tallied, 0, 0);
                tallies[tallied] = tally with { Sum = tally.Sum + AveragePrecision.Of(scores[i], relevant), Count = tally.Count + 1 };
            }
        }

        return rows.Length;
    }

    private static RankedConcept Divide(Gallery gallery, ConceptId id, Range rows, Func<int, int, bool> isDuplicate)
    {
        int[] all = [.. Enumerable.Range(rows.Start.Value, rows.End.Value - rows.Start.Value)];
        int[] first = all[..(all.Length / 2)];
        int[] second = all[(all.Length / 2)..];
        var forth = new Ranking(first, Without(second, first));
        var back = new Ranking(second, Without(first, second));
        return new RankedConcept(id, forth, back, all.Length - forth.Targets.Length - back.Targets.Length);

        int[] Without(int[] targets, int[] support)
            => Array.FindAll(targets, target => !Array.Exists(support, row => isDuplicate(gallery.Images[row].Image, gallery.Images[target].Image)));
    }

    /// <summary>A half that defines the concept, and the concept's own targets in the other half.</summary>
    private sealed record Ranking(int[] Support, int[] Targets)
    {
        internal bool CanRank => Support.Length > 0 && Targets.Length > 0;
    }

    private sealed record RankedConcept(ConceptId Id, Ranking First, Ranking Second, int Duplicates);
}
