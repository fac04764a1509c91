using S2M.Coordinator.Training;
using S2M.Data.Sampling;
using S2M.Numerics.Parameters;
using S2M.Numerics.Statistics;
using S2M.Specification;

namespace S2M.Coordinator.Evaluation.Sets;

/// <summary>The set protocol (docs/evaluation.md): every line learns the same polysemous, noisy supports and ranks the same queries.</summary>
/// <param name="specification">What the sets are made of.</param>
/// <param name="seed">The seed of sets and bootstraps.</param>
/// <param name="gallery">The phase's images.</param>
/// <param name="sampler">Draws from the phase's concepts.</param>
internal sealed class SetEvaluator(SetSpecification specification, ulong seed, Gallery gallery, SetSampler sampler)
{
    private const int Decimals = 6;

    /// <summary>Scores all kinds of sets with all lines.</summary>
    /// <param name="executor">Who embeds what the gallery lacks.</param>
    /// <param name="snapshot">The parameters.</param>
    /// <param name="descriptors">The gallery's, row by row.</param>
    /// <param name="size">D.</param>
    /// <param name="lines">Makes the lines, the job's own first.</param>
    /// <param name="cancellationToken">Stops at the next chunk of images or sets.</param>
    /// <returns>For each kind of set a figure of every line.</returns>
    internal async Task<IReadOnlyList<SetResult>> EvaluateAsync(
        IShareExecutor executor,
        ParameterSnapshot snapshot,
        float[] descriptors,
        int size,
        Func<SetPool, IReadOnlyList<ISetScorer>> lines,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<SetKind> kinds = SetKind.Of(specification);
        SetEpisode[][] drawn = [.. kinds.Select((kind, row) => Draw(row, kind.RecipeOf(specification)))];
        Dictionary<PoolImage, int> further = RowsOfFurther(drawn.SelectMany(sets => sets));
        float[] more = further.Count == 0 ? [] : await executor.EmbedAsync(snapshot, [.. further.Keys], cancellationToken);
        var pool = new SetPool(executor, snapshot, more.Length == 0 ? descriptors : [.. descriptors, .. more], size);
        IReadOnlyList<ISetScorer> scorers = lines(pool);

        var results = new List<SetResult>();
        foreach ((SetKind kind, SetEpisode[] sets) in kinds.Zip(drawn))
        {
            LocatedSet[] located = [.. sets.Select(set => Locate(set, further))];
            ClassTally[]? own = null;
            foreach (ISetScorer scorer in scorers)
            {
                IReadOnlyList<SetScores> scores = await scorer.ScoreAsync(located, cancellationToken);
                ClassTally[] precisions = [.. located.Select((set, index) => new ClassTally(index, PrecisionOf(set, scores[index].Queries), 1))];
                results.Add(Summarize(scorer.Name, kind, precisions, own, RandIndexOf(located, scores), ComponentsOf(scores)));
                own ??= precisions;
            }
        }

        return results;
    }

    private SetEpisode[] Draw(int row, SetRecipe recipe)
        => [.. Enumerable.Range(0, specification.Episodes).Select(index => sampler.Sample(new EpisodeAddress(seed, EpisodePhase.Test, row, index), recipe))];

    /// <summary>Images that are in no class, in the order of their first use, with the rows behind the gallery's that they will have.</summary>
    private Dictionary<PoolImage, int> RowsOfFurther(IEnumerable<SetEpisode> sets)
    {
        var rows = new Dictionary<PoolImage, int>();
        foreach (PoolImage image in sets.SelectMany(set => set.Episode.Pool))
        {
            if (gallery.RowOf(image) is null)
            {
                rows.TryAdd(image, gallery.Images.Count + rows.Count);
            }
        }

        return rows;
    }

    private LocatedSet Locate(SetEpisode set, Dictionary<PoolImage, int> further)
    {
        EpisodeGroup group = set.Episode.Groups[0];
        Concept concept = group.Concepts[0];
        return new LocatedSet(new EpisodeGroup([concept with { Support = Rows(concept.Support), Positives = Rows(concept.Positives) }], Rows(group.Distractors)), set.SupportModes);

        int[] Rows(IReadOnlyList<int> indices) => [.. indices.Select(index => set.Episode.Pool[index]).Select(image => gallery.RowOf(image) ?? further[image])];
    }

    private SetResult Summarize(string name, SetKind kind, ClassTally[] precisions, ClassTally[]? own, double? randIndex, double? components)
    {
        Interval interval = ClassBootstrap.Interval(precisions, seed);
        return new SetResult(
            "test",
            name,
            kind.Modes,
            kind.WeightsName,
            kind.NoisePercent,
            kind.NoiseName,
            specification.Support,
            precisions.Length,
            interval.Mean,
            interval,
            own is null ? null : PairedBootstrap.Difference([own], [precisions], seed),
            randIndex,
            components,
            [.. precisions.Select(precision => Math.Round(precision.Sum, Decimals))]);
    }

    private static double PrecisionOf(LocatedSet set, double[] scores)
    {
        int positives = set.Group.Concepts[0].Positives.Count;
        return AveragePrecision.Of(scores, [.. Enumerable.Range(0, scores.Length).Select(query => query < positives)]);
    }

    private static double? RandIndexOf(LocatedSet[] sets, IReadOnlyList<SetScores> scores)
        => scores.Any(ofSet => ofSet.SupportComponents is null) ? null : sets.Select((set, index) => RandIndexOf(set.SupportModes, scores[index].SupportComponents!)).Average();

    private static double? ComponentsOf(IReadOnlyList<SetScores> scores)
        => scores.Any(ofSet => ofSet.SupportComponents is null) ? null : scores.Average(ofSet => ofSet.SupportComponents!.Distinct().Count());

    // Noise has no true mode: it is left out.
    private static double RandIndexOf(IReadOnlyList<int> modes, int[] components)
    {
        int[] clean = [.. Enumerable.Range(0, components.Length).Where(row => modes[row] >= 0)];
        return AdjustedRandIndex.Of([.. clean.Select(row => modes[row])], [.. clean.Select(row => components[row])]);
    }
}
