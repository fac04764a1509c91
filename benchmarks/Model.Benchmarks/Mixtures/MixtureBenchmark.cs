// Shapes: N support rows, D descriptor size, K components.
using S2M.Model.Benchmarks.Images;
using S2M.Model.Benchmarks.Reports;
using S2M.Model.Benchmarks.Rounds;
using S2M.Specification;
using static TorchSharp.torch;

namespace S2M.Model.Benchmarks.Mixtures;

/// <summary>
/// Fit and gradient of a batch of concepts, a concept on average, beside the unrolled gradient and the dense system of the paper; and what mixtures make of the
/// whole step.
/// </summary>
/// <param name="clock">Which time is measured.</param>
internal sealed class MixtureBenchmark(Clock clock)
{
    // A matrix of 16,387 unknowns would fill 2 GB and take minutes.
    private const int MostDenseUnknowns = 4096;
    private const int Compared = 5;
    private const double Agreement = 1e-8;

    private static readonly (int Rows, int Size, int Components)[] Shapes = [(20, 64, 2), (50, 128, 4), (50, 4096, 2)];

    /// <summary>Measures.</summary>
    /// <param name="images">Where the step's episode comes from.</param>
    /// <param name="rounds">Rounds, at least 1.</param>
    internal BenchmarkReport Run(BenchmarkImages images, int rounds)
    {
        Machine machine = Machine.Describe();
        set_num_threads(1);
        FittedConcepts[] batches = [.. Shapes.Select(static shape => new FittedConcepts(shape.Rows, shape.Size, shape.Components))];
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["clock"] = $"{clock.Kind}",
            ["images"] = images.Description,
            ["fits"] = $"batches of {FittedConcepts.Count} concepts, k-means++ starts, eps {FittedConcepts.Regularizer.VarianceOffset}; times of one concept; float64, one thread",
        };
        var works = new List<(string Name, Action Work, int Concepts)>();
        foreach (FittedConcepts batch in batches)
        {
            settings[batch.Name] = $"{batch.MeanUnknowns:F0} unknowns in the mean, dense {batch.DenseUnknowns}; {batch.Steps.Average():F0} steps unrolled in the mean; "
                + $"{FittedConcepts.Count} of {batch.Draws} draws";
            works.Add((Fit(batch), batch.FitAll, FittedConcepts.Count));
            works.Add((Implicit(batch), batch.BackwardAll, FittedConcepts.Count));
            works.Add((Unrolled(batch), batch.UnrollNext, 1));
            if (HasDense(batch))
            {
                double furthest = batch.FurthestFromDense(Compared);
                if (!(furthest < Agreement))
                {
                    throw new BenchmarkException($"{batch.Name}: expected the dense gradient within {Agreement}, got {furthest}; run the tests");
                }

                settings[batch.Name] += $", implicit within {furthest:G1} of dense";
                works.Add((Dense(batch), batch.DenseNext, 1));
            }
        }

        using var gauss = new MixtureStep(images, HeadKind.Gauss);
        using var mixture = new MixtureStep(images, HeadKind.Gmm2);
        works.Add((gauss.Name, gauss.Run, 1));
        works.Add((mixture.Name, mixture.Run, 1));
        double[][] seconds = new InterleavedRounds(clock).Run([.. works.Select(static work => work.Work)], rounds);
        Series[] series = [.. works.Select((work, index) => new Series(work.Name, "ms", [.. seconds[index].Select(value => 1000 * value / work.Concepts)]))];
        Comparison[] comparisons = [.. batches.SelectMany(batch => Comparisons(series, batch)), Compare(series, mixture.Name, gauss.Name)];
        var report = new BenchmarkReport("mixture", clock.Time.GetUtcNow().ToString("yyyy-MM-dd"), machine, settings, series, comparisons, []);
        Figure step = Of("step with mixtures of two / with one Gaussian", comparisons[^1].Samples, "x", Bound.AtMost, 1.15);
        return report with { Figures = [.. Figures(report, batches), step] };
    }

    private static IEnumerable<Comparison> Comparisons(Series[] series, FittedConcepts batch)
    {
        yield return Compare(series, Unrolled(batch), Implicit(batch));
        yield return Compare(series, Implicit(batch), Fit(batch));
        if (HasDense(batch))
        {
            yield return Compare(series, Dense(batch), Implicit(batch));
        }
    }

    private static Comparison Compare(Series[] series, string above, string below) => new(
        $"{above} / {below}",
        above,
        below,
        Ratios.PerPair(Samples(series, above), Samples(series, below)));

    private static IEnumerable<Figure> Figures(BenchmarkReport report, FittedConcepts[] batches)
    {
        (FittedConcepts usual, FittedConcepts large) = (batches[1], batches[2]);
        double[] Sum(FittedConcepts batch) => [.. Samples(report.Series, Fit(batch)).Zip(Samples(report.Series, Implicit(batch)), static (fit, backward) => fit + backward)];
        yield return Of($"dense / implicit backward ({usual.Name})", report.SamplesOf($"{Dense(usual)} / {Implicit(usual)}"), "x", Bound.AtLeast, 50);
        yield return Of(Implicit(usual), Samples(report.Series, Implicit(usual)), "ms", Bound.AtMost, 1);
        yield return Of($"fit and implicit backward ({usual.Name})", Sum(usual), "ms", Bound.AtMost, 4);
        yield return Of($"fit and implicit backward ({large.Name})", Sum(large), "ms", Bound.AtMost, 15);
    }

    private static Figure Of(string name, IReadOnlyList<double> samples, string unit, Bound bound, double reach)
    {
        (double low, double high) = Ratios.MedianInterval(samples);
        return new Figure(name, Ratios.Median(samples), unit, bound, reach, low, high);
    }

    private static IReadOnlyList<double> Samples(IReadOnlyList<Series> series, string name) => series.Single(candidate => candidate.Name == name).Samples;

    private static bool HasDense(FittedConcepts batch) => batch.DenseUnknowns <= MostDenseUnknowns;

    private static string Fit(FittedConcepts batch) => $"fit ({batch.Name})";

    private static string Implicit(FittedConcepts batch) => $"implicit backward ({batch.Name})";

    private static string Unrolled(FittedConcepts batch) => $"unrolled backward ({batch.Name})";

    private static string Dense(FittedConcepts batch) => $"dense backward ({batch.Name})";
}
