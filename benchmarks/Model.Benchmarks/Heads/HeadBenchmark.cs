// Shapes: P images of the pool, D descriptor size, C concepts, N support images of a concept, Q queries.
using S2M.Data.Sampling;
using S2M.Model.Benchmarks.Images;
using S2M.Model.Benchmarks.Reports;
using S2M.Model.Benchmarks.Rounds;
using S2M.Model.Embedding;
using S2M.Model.Losses;
using S2M.Model.Mixture;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model.Benchmarks.Heads;

/// <summary>Fit, scores, loss and backward pass of the recipe's groups, against fit and scores alone, and against moving as many numbers as the scores read.</summary>
/// <param name="clock">Which time is measured.</param>
internal sealed class HeadBenchmark(Clock clock)
{
    private const string Normalization = "unit length and its gradient, P x D";

    /// <summary>Measures.</summary>
    /// <param name="images">Where the episode comes from.</param>
    /// <param name="rounds">Rounds, at least 1.</param>
    internal BenchmarkReport Run(BenchmarkImages images, int rounds)
    {
        Machine machine = Machine.Describe();
        set_num_threads(1);
        using DisposeScope scope = NewDisposeScope();
        Episode episode = images.EpisodeAt(0);
        Tensor raw_PD = Embed(images, episode);
        using L2Normalization normalized = L2Normalization.Apply(raw_PD);
        Tensor pool_PD = normalized.Descriptors_ND;
        Tensor gradient_PD = zeros_like(pool_PD);
        GroupLoss loss = GroupLosses.Create(images.Job.Loss);
        double offset = images.Job.Network.VarianceOffset;
        double[] pool = pool_PD.data<double>().ToArray();
        EpisodeGroup[] groups = [.. episode.Groups.DistinctBy(static group => group.Shots)];

        var works = new List<(string Name, Action Work)> { (Normalization, () => Normalize(raw_PD, gradient_PD)) };
        foreach (EpisodeGroup group in groups)
        {
            double[] from = new double[group.Concepts.Count * Queries(group) * pool_PD.shape[1]];
            double[] to = new double[from.Length];
            int size = (int)pool_PD.shape[1];
            double[] scores = new double[group.Concepts.Count * Queries(group)];
            double[] queries = [.. group.Concepts.SelectMany(static concept => concept.Positives).Concat(group.Distractors).SelectMany(row => pool[(row * size)..((row + 1) * size)])];
            works.Add((Whole(group), () => Set2ModelHead.AddGradient(pool_PD, group, offset, loss, images.Job.Loss.Temperature, gradient_PD)));
            works.Add((Scores(group), () => Score(pool, group, offset, queries, scores)));
            works.Add((Copy(group), () => from.CopyTo(to.AsSpan())));
        }

        double[][] seconds = new InterleavedRounds(clock).Run([.. works.Select(static work => work.Work)], rounds);
        Series[] series = [.. works.Select((work, index) => new Series(work.Name, "ms", [.. seconds[index].Select(static value => 1000 * value)]))];
        Comparison[] comparisons = [.. groups.SelectMany(group => new[] { Compare(series, Whole(group), Scores(group)), Compare(series, Whole(group), Copy(group)) })];
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["clock"] = $"{clock.Kind}",
            ["images"] = images.Description,
            ["head"] = $"{images.Job.Network.Head}, {images.Job.Loss.Kind} loss, float64, one thread; P = {episode.Pool.Count}, D = {pool_PD.shape[1]}",
        };
        var report = new BenchmarkReport("head", clock.Time.GetUtcNow().ToString("yyyy-MM-dd"), machine, settings, series, comparisons, []);
        return report with { Figures = [.. Figures(series, comparisons, episode)] };
    }

    private static Tensor Embed(BenchmarkImages images, Episode episode)
    {
        using DisposeScope scope = NewDisposeScope();
        using EmbeddingNetwork embedding = EmbeddingNetworks.Create(images.Job.Network.Embedding, images.Job.Data.Size, images.Job.Data.Channels);
        (float[] parameters, float[] buffers) = embedding.Initialize(images.Job.Training.Seed);
        embedding.Load(parameters, buffers);
        return embedding.ForwardTraining(images.Pools.Load(episode.Pool, episode.Pool.Count)).detach().MoveToOuterDisposeScope();
    }

    /// <summary>Fit and densities as values: what evaluation and serving compute.</summary>
    private static void Score(double[] pool, EpisodeGroup group, double offset, double[] queries, double[] scores)
    {
        int size = queries.Length / Queries(group);
        for (int concept = 0; concept < group.Concepts.Count; concept++)
        {
            GaussianFit.Fit(pool, size, group.Concepts[concept].Support, offset).LogDensities(queries, scores.AsSpan(concept * Queries(group), Queries(group)));
        }
    }

    private static void Normalize(Tensor raw_PD, Tensor gradient_PD)
    {
        using L2Normalization normalized = L2Normalization.Apply(raw_PD);
        normalized.Backward(gradient_PD).Dispose();
    }

    private static Comparison Compare(Series[] series, string above, string below) => new(
        $"{above} / {below}",
        above,
        below,
        Ratios.PerPair(series.Single(candidate => candidate.Name == above).Samples, series.Single(candidate => candidate.Name == below).Samples));

    private static IEnumerable<Figure> Figures(Series[] series, Comparison[] comparisons, Episode episode)
    {
        double MedianOf(string name) => Ratios.Median(series.Single(candidate => candidate.Name == name).Samples);
        yield return new Figure("head of an episode", MedianOf(Normalization) + episode.Groups.Sum(group => MedianOf(Whole(group))), "ms", Bound.None, 0);
        foreach (Comparison comparison in comparisons)
        {
            yield return new Figure(comparison.Name, Ratios.Median(comparison.Samples), "x", Bound.None, 0);
        }
    }

    private static int Queries(EpisodeGroup group) => group.Concepts.Sum(static concept => concept.Positives.Count) + group.Distractors.Count;

    private static string Sizes(EpisodeGroup group) => $"C = {group.Concepts.Count}, N = {group.Shots}, Q = {Queries(group)}";

    private static string Whole(EpisodeGroup group) => $"fit, score, loss, backward ({Sizes(group)})";

    private static string Scores(EpisodeGroup group) => $"fit and score ({Sizes(group)})";

    private static string Copy(EpisodeGroup group) => $"copy of C x Q x D ({Sizes(group)})";
}
