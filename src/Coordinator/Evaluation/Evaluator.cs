using S2M.Coordinator.Evaluation.Sets;
using S2M.Coordinator.Training;
using S2M.Data.Catalogs;
using S2M.Data.Images;
using S2M.Data.Sampling;
using S2M.Numerics.Parameters;
using S2M.Numerics.Statistics;
using S2M.Specification;

namespace S2M.Coordinator.Evaluation;

/// <summary>C-way classification on classes that training never saw (docs/maths.md, Protocols): every image embedded once, then episodes over descriptors.</summary>
/// <param name="specification">Ways, shots, queries, seed.</param>
/// <param name="classes">The data set's classes.</param>
/// <param name="catalog">The phase's concepts.</param>
/// <param name="phase">Validation or test.</param>
/// <param name="executor">Who embeds and scores.</param>
public sealed class Evaluator(
    EvaluationSpecification specification, IReadOnlyList<ImageClass> classes, ConceptCatalog catalog, EpisodePhase phase, IShareExecutor executor)
{
    private readonly Gallery _gallery = new(catalog, classes);
    private readonly EpisodeSampler _sampler = new(catalog, classes);

    /// <summary>Embeds the phase's images and makes a scorer of a head over them.</summary>
    /// <param name="snapshot">The parameters.</param>
    /// <param name="heads">Heads and the names of their rows; all score the same descriptors.</param>
    /// <param name="cancellationToken">Stops at the next chunk.</param>
    public async Task<IReadOnlyList<DescriptorScorer>> EmbedAsync(
        ParameterSnapshot snapshot, IReadOnlyList<(ScoringHead Head, string Name)> heads, CancellationToken cancellationToken)
    {
        float[] descriptors = await executor.EmbedAsync(snapshot, _gallery.Images, cancellationToken);
        return [.. heads.Select(head => new DescriptorScorer(head.Name, executor, snapshot, descriptors, head.Head))];
    }

    /// <summary>Nearest mean of the phase's pixels.</summary>
    /// <param name="images">Decoded images.</param>
    /// <param name="format">What they are decoded to.</param>
    public IGroupScorer RawPixels(DecodedImages images, ImageFormat format) => new RawPixelScorer(_gallery.Images, images, format);

    /// <summary>Retrieval with each head over the phase's images.</summary>
    /// <param name="scorers">The lines, from <see cref="EmbedAsync"/>.</param>
    /// <param name="isDuplicate">Whether two images of the data set have the same pixels.</param>
    /// <param name="cancellationToken">Stops at the next concept.</param>
    public async Task<IReadOnlyList<RetrievalResult>> RetrieveAsync(
        IReadOnlyList<DescriptorScorer> scorers, Func<int, int, bool> isDuplicate, CancellationToken cancellationToken)
    {
        var retrieval = new RetrievalEvaluator(_gallery, catalog, isDuplicate, specification.Seed);
        var results = new List<RetrievalResult>();
        foreach (DescriptorScorer scorer in scorers)
        {
            results.AddRange(await retrieval.EvaluateAsync(scorer, cancellationToken));
        }

        return results;
    }

    /// <summary>The set protocol over the phase's images; nothing where the job asks for no sets.</summary>
    /// <param name="embedded">A line of <see cref="EmbedAsync"/>, whose descriptors are used.</param>
    /// <param name="sampler">Draws from the phase's concepts.</param>
    /// <param name="size">D.</param>
    /// <param name="lines">Makes the lines, the job's own first.</param>
    /// <param name="cancellationToken">Stops at the next chunk of images or sets.</param>
    internal async Task<IReadOnlyList<SetResult>> EvaluateSetsAsync(
        DescriptorScorer embedded, SetSampler sampler, int size, Func<SetPool, IReadOnlyList<ISetScorer>> lines, CancellationToken cancellationToken)
        => specification.Sets is { } sets
            ? await new SetEvaluator(sets, specification.Seed, _gallery, sampler).EvaluateAsync(
                executor, embedded.Snapshot, embedded.Descriptors, size, lines, cancellationToken)
            : [];

    /// <summary>Evaluates every row of the table with each scorer on the same episodes.</summary>
    /// <param name="scorers">The rows.</param>
    /// <param name="episodes">Episodes of each cell, at least 2.</param>
    /// <param name="cancellationToken">Stops at the next group.</param>
    public async Task<IReadOnlyList<EvaluationResult>> EvaluateAsync(IReadOnlyList<IGroupScorer> scorers, int episodes, CancellationToken cancellationToken)
    {
        var results = new List<EvaluationResult>();
        int row = 0;
        foreach (int ways in specification.Ways)
        {
            foreach (int shots in specification.Shots)
            {
                EpisodeGroup[] groups = SampleRow(row++, ways, shots, episodes);
                foreach (IGroupScorer scorer in scorers)
                {
                    results.Add(Summarize(scorer.Name, ways, shots, groups, await scorer.ScoreAsync(groups, cancellationToken)));
                }
            }
        }

        return results;
    }

    /// <summary>Scores one of the episodes that <see cref="EvaluateAsync"/> draws, for a report that shows it.</summary>
    /// <param name="scorer">The row of the table.</param>
    /// <param name="ways">One of the specification's ways.</param>
    /// <param name="shots">One of the specification's shots.</param>
    /// <param name="index">The episode within its cell, from 0.</param>
    /// <param name="cancellationToken">Stops before the episode.</param>
    public async Task<ScoredEpisode> ScoreEpisodeAsync(IGroupScorer scorer, int ways, int shots, int index, CancellationToken cancellationToken)
    {
        int row = (specification.Ways.ToList().IndexOf(ways) * specification.Shots.Count) + specification.Shots.ToList().IndexOf(shots);
        Episode episode = _sampler.SampleClassification(new EpisodeAddress(specification.Seed, phase, row, index), ways, shots, specification.Queries);
        return new ScoredEpisode(episode, (await scorer.ScoreAsync([_gallery.Locate(episode)], cancellationToken))[0]);
    }

    /// <summary>The row's episodes, as index lists into the gallery.</summary>
    private EpisodeGroup[] SampleRow(int row, int ways, int shots, int episodes)
        => [.. Enumerable.Range(0, episodes).Select(index => _gallery.Locate(
            _sampler.SampleClassification(new EpisodeAddress(specification.Seed, phase, row, index), ways, shots, specification.Queries)))];

    private EvaluationResult Summarize(string name, int ways, int shots, EpisodeGroup[] groups, IReadOnlyList<double[]> scores)
    {
        double[] accuracies = new double[groups.Length];
        var tallies = new SortedDictionary<int, ClassTally>();
        for (int episode = 0; episode < groups.Length; episode++)
        {
            int[] hits = HitsOf(scores[episode], groups[episode]);
            int queries = 0;
            for (int concept = 0; concept < hits.Length; concept++)
            {
                Concept scored = groups[episode].Concepts[concept];
                ClassTally tally = tallies.GetValueOrDefault(scored.Id.Class) ?? new ClassTally(scored.Id.Class, 0, 0);
                tallies[scored.Id.Class] = tally with { Sum = tally.Sum + hits[concept], Count = tally.Count + scored.Positives.Count };
                queries += scored.Positives.Count;
            }

            accuracies[episode] = (double)hits.Sum() / queries;
        }

        Interval perEpisode = Interval.OfMean(accuracies);
        Interval perClass = ClassBootstrap.Interval([.. tallies.Values], specification.Seed);
        return new EvaluationResult(PhaseName(phase), name, ways, shots, perEpisode.Mean, perEpisode, perClass, groups.Length);
    }

    /// <summary>For each concept, its queries whose best concept (the first among equals) is their own.</summary>
    private static int[] HitsOf(double[] scores, EpisodeGroup group)
    {
        int queries = scores.Length / group.Concepts.Count;
        int[] hits = new int[group.Concepts.Count];
        int query = 0;
        for (int owner = 0; owner < hits.Length; owner++)
        {
            for (int positive = 0; positive < group.Concepts[owner].Positives.Count; positive++, query++)
            {
                int best = 0;
                for (int concept = 1; concept < hits.Length; concept++)
                {
                    best = scores[(concept * queries) + query] > scores[(best * queries) + query] ? concept : best;
                }

                hits[owner] += best == owner ? 1 : 0;
            }
        }

        return hits;
    }

    private static string PhaseName(EpisodePhase phase) => phase == EpisodePhase.Test ? "test" : "validation";
}
