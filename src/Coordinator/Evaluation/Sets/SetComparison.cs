using System.Text.Json;
using S2M.Data;
using S2M.Numerics.Statistics;

namespace S2M.Coordinator.Evaluation.Sets;

/// <summary>The set figures of runs of one job with several training seeds, pooled, and the job's head against every other line on the same sets (docs/evaluation.md).</summary>
/// <param name="Head">The job's head.</param>
/// <param name="Against">The head of the other runs; null without them.</param>
/// <param name="TrainingSeeds">The training seeds, ascending.</param>
/// <param name="EvaluationSeed">The seed of the sets, and of the bootstraps here.</param>
/// <param name="DataVersion">The data set, <c>name@sha256</c>.</param>
/// <param name="SplitHash">SHA-256 of the class split.</param>
/// <param name="Kinds">The figures of each kind of set.</param>
public sealed record SetComparison(
    string Head, string? Against, IReadOnlyList<ulong> TrainingSeeds, ulong EvaluationSeed, string DataVersion, string SplitHash, IReadOnlyList<ComparedKind> Kinds)
{
    /// <summary>From so many training seeds on an interval says something about training's own spread.</summary>
    public const int FewSeeds = 3;

    private const string OneGaussian = "k1";
    private const string OneGaussianOfItsOwn = "gauss";
    private const string TrueModes = "true_modes";
    private const string NearestNeighbor = "nearest_neighbor";

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Compares.</summary>
    /// <param name="runs">Runs of one job with different training seeds, at least one.</param>
    /// <param name="against">Runs of a job with another head, with the same sets and training seeds; empty for none.</param>
    /// <exception cref="DataException">The runs do not belong together.</exception>
    public static SetComparison Of(IReadOnlyList<SetRun> runs, IReadOnlyList<SetRun> against)
    {
        var group = new SetRunGroup(runs);
        SetRunGroup? others = against.Count == 0 ? null : new SetRunGroup(against);
        if (others is not null)
        {
            group.RequireComparable(others);
        }

        SetRun first = group.First;
        return new SetComparison(
            group.Head,
            others?.Head,
            group.Seeds,
            first.EvaluationSeed,
            first.DataVersion,
            first.SplitHash,
            [.. first.Sets.Where(set => set.Head == group.Head).Select(kind => Compare(kind, group.LinesOf(kind), others?.LinesOf(kind) ?? [], first.EvaluationSeed))]);
    }

    /// <summary>The comparison as JSON; differences are <c>{mean, low, high, is_not_worse, is_better}</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Options);

    private static ComparedKind Compare(SetResult kind, IReadOnlyList<SetLine> lines, IReadOnlyList<SetLine> others, ulong seed)
    {
        SetLine own = lines[0];
        return new ComparedKind(
            kind.Modes,
            kind.Weights,
            kind.NoisePercent,
            kind.NoiseKind,
            kind.Support,
            kind.Episodes,
            [.. lines.Select(line => Compare(line, line == own ? null : own, lines, seed))],
            [.. others.Where((line, index) => index == 0 || line.Head == NearestNeighbor).Select(line => Compare(line, own, others, seed))]);
    }

    /// <summary>A line's figures.</summary>
    /// <param name="line">The line.</param>
    /// <param name="own">What it is compared with; null for itself.</param>
    /// <param name="embedding">All lines on its embedding.</param>
    /// <param name="seed">The seed of the bootstraps.</param>
    private static ComparedLine Compare(SetLine line, SetLine? own, IReadOnlyList<SetLine> embedding, ulong seed) => new(
        line.Head,
        line.Results.SelectMany(result => result.Precisions).Average(),
        own is null ? null : PairedBootstrap.Difference(own.Precisions, line.Precisions, seed),
        Recovered(line, embedding, seed),
        Mean(line.Results.Select(result => result.AdjustedRandIndex)),
        Mean(line.Results.Select(result => result.MeanComponents)));

    private static Interval? Recovered(SetLine line, IReadOnlyList<SetLine> embedding, ulong seed)
    {
        SetLine? floor = embedding.FirstOrDefault(other => other.Head is OneGaussian or OneGaussianOfItsOwn);
        SetLine? ceiling = embedding.FirstOrDefault(other => other.Head == TrueModes);
        return floor is null || ceiling is null || line == floor || line == ceiling ? null : PairedBootstrap.Share(line.Precisions, floor.Precisions, ceiling.Precisions, seed);
    }

    private static double? Mean(IEnumerable<double?> values) => values.Any(value => value is null) ? null : values.Average();
}

/// <summary>The compared figures of one kind of set.</summary>
/// <param name="Modes">Characters that a concept is the union of.</param>
/// <param name="Weights"><c>balanced</c> or <c>skewed</c>.</param>
/// <param name="NoisePercent">Share of noise in percent of the support.</param>
/// <param name="NoiseKind"><c>scattered</c>, <c>clutter</c>, <c>coherent</c> or <c>none</c>.</param>
/// <param name="Support">Images of a support.</param>
/// <param name="Episodes">How many sets for each training seed.</param>
/// <param name="Lines">The lines, the job's head first.</param>
/// <param name="Against">The head and the nearest neighbor of the other runs; empty without them.</param>
public sealed record ComparedKind(
    int Modes, string Weights, int NoisePercent, string NoiseKind, int Support, int Episodes, IReadOnlyList<ComparedLine> Lines, IReadOnlyList<ComparedLine> Against);

/// <summary>A line of one kind of set, pooled over training seeds and sets.</summary>
/// <param name="Head">What ranked.</param>
/// <param name="MeanAveragePrecision">Mean over seeds and sets.</param>
/// <param name="OwnMinus">The job's head minus this line on the same seeds and sets, by crossed paired bootstrap; null for the job's head.</param>
/// <param name="Recovered">
/// (line - one Gaussian) / (true_modes - one Gaussian) on the line's own embedding, with a 95 % interval by the same bootstrap: how much it recovers of what one Gaussian loses.
/// Null for these two, and where the true modes are not above one Gaussian in every resample.
/// </param>
/// <param name="AdjustedRandIndex">Mean over seeds; null for a line without components.</param>
/// <param name="MeanComponents">Mean over seeds; null for a line without components.</param>
public sealed record ComparedLine(
    string Head, double MeanAveragePrecision, PairedDifference? OwnMinus, Interval? Recovered, double? AdjustedRandIndex, double? MeanComponents);
