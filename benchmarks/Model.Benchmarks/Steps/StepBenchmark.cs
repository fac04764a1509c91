// Shapes: P images of the pool, C, H, W channels, height and width.
using System.Runtime.InteropServices;
using S2M.Data.Sampling;
using S2M.Model.Benchmarks.Images;
using S2M.Model.Benchmarks.Reports;
using S2M.Model.Benchmarks.Rounds;
using S2M.Model.Embedding;
using S2M.Numerics.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model.Benchmarks.Steps;

/// <summary>
/// The worker's step against the embedding alone (what the head costs) and against PyTorch. A round is so many pairs of step and embedding, then as many steps
/// of each of the peer's forms; the order turns around from round to round and from pair to pair.
/// </summary>
/// <param name="clock">Which time is measured, on both sides.</param>
internal sealed class StepBenchmark(Clock clock)
{
    private const string Step = "step";
    private const string Embedding = "embedding";
    private const string HeadShare = "head's share of a step";

    /// <summary>Measures.</summary>
    /// <param name="images">Where the episode comes from.</param>
    /// <param name="rounds">Rounds, at least 1.</param>
    /// <param name="steps">Steps of each work in a round, at least 1.</param>
    /// <param name="python">The peer's interpreter.</param>
    internal BenchmarkReport Run(BenchmarkImages images, int rounds, int steps, string python)
    {
        Machine machine = Machine.Describe();
        set_num_threads(1);
        using DisposeScope scope = NewDisposeScope();
        Episode episode = images.EpisodeAt(0);
        Tensor images_PCHW = images.Pools.Load(episode.Pool, episode.Pool.Count);
        using var network = new Set2ModelNetwork(images.Job);
        ParameterSnapshot snapshot = network.Initialize();
        network.Load(snapshot);
        using var embedding = new EmbeddingStep(
            EmbeddingNetworks.Create(images.Job.Network.Embedding, images.Job.Data.Size, images.Job.Data.Channels), snapshot, images_PCHW);

        using var files = new PeerFiles();
        files.Write(MemoryMarshal.Cast<byte, float>(images_PCHW.bytes), embedding);
        (PyTorchPeer? started, string reason) = PyTorchPeer.Start(python, files.Folder, episode.Pool.Count);
        using PyTorchPeer? peer = started;
        string peerWords = peer is null ? $"absent: {reason}" : $"{peer.Description}; {files.Compare(embedding)}";

        Dictionary<string, List<double>> seconds = Measure(() => Compute(network, images_PCHW, episode), embedding.Run, peer, rounds, steps);
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["clock"] = $"{clock.Kind}",
            ["images"] = images.Description,
            ["job"] = $"{images.Job.Name}, batch {episode.Pool.Count}, {episode.Groups.Count} groups, {images.Job.Loss.Kind} loss, {images.Job.Network.Head} head",
            ["peer"] = peerWords,
            ["rounds"] = $"{rounds} of {steps} steps",
        };
        Series[] series = [.. seconds.Select(entry => new Series(entry.Key, "images/s", [.. entry.Value.Select(value => episode.Pool.Count / value)]))];
        Comparison[] comparisons = [Share(seconds), .. new[] { Embedding, Step }.SelectMany(ours => seconds.Keys.Skip(2).Select(form => Against(seconds, ours, form, steps)))];
        var report = new BenchmarkReport("step", clock.Time.GetUtcNow().ToString("yyyy-MM-dd"), machine, settings, series, comparisons, []);
        return report with { Figures = Figures(report, peer is not null) };
    }

    private Dictionary<string, List<double>> Measure(Action step, Action embedding, PyTorchPeer? peer, int rounds, int steps)
    {
        var seconds = new Dictionary<string, List<double>>(StringComparer.Ordinal) { [Embedding] = [], [Step] = [] };
        string[] forms = peer is null ? [] : [.. PyTorchPeer.Forms];
        foreach (string form in forms)
        {
            seconds[form] = [];
        }

        // The warm-up: kernels chosen, memory taken, code compiled.
        var pairs = new InterleavedRounds(clock);
        pairs.Time(step, 2);
        pairs.Time(embedding, 2);
        Array.ForEach(forms, form => peer!.Time(form, 2, clock.Kind));

        for (int round = 0; round < rounds; round++)
        {
            bool reversed = round % 2 == 1;
            if (reversed)
            {
                MeasurePeer();
            }

            for (int pair = 0; pair < steps; pair++)
            {
                bool stepFirst = (round + pair) % 2 == 1;
                double first = pairs.Time(stepFirst ? step : embedding, 1).TotalSeconds;
                double second = pairs.Time(stepFirst ? embedding : step, 1).TotalSeconds;
                seconds[Embedding].Add(stepFirst ? second : first);
                seconds[Step].Add(stepFirst ? first : second);
            }

            if (!reversed)
            {
                MeasurePeer();
            }

            void MeasurePeer()
            {
                foreach (string form in reversed ? forms.Reverse() : forms)
                {
                    seconds[form].AddRange(peer!.Time(form, steps, clock.Kind));
                }
            }
        }

        return seconds;
    }

    private static void Compute(Set2ModelNetwork network, Tensor images_PCHW, Episode episode)
    {
        if (network.ComputeEpisode(images_PCHW, episode).Present != 1)
        {
            throw new BenchmarkException("step: expected a finite gradient, got an absent episode; check the images");
        }
    }

    private static Comparison Share(Dictionary<string, List<double>> seconds)
        => new(HeadShare, $"{Step} - {Embedding}", Step, [.. Ratios.PerPair(seconds[Embedding], seconds[Step]).Select(static ratio => 1 - ratio)]);

    // Rates, so the times are the other way around; a pair is a round.
    private static Comparison Against(Dictionary<string, List<double>> seconds, string ours, string form, int steps)
        => new(NameOf(ours, form), ours, form, Ratios.PerPair(PerRound(seconds[form], steps), PerRound(seconds[ours], steps)));

    private static double[] PerRound(List<double> seconds, int steps) => [.. seconds.Chunk(steps).Select(static round => round.Sum())];

    private static string NameOf(string ours, string form) => $"images/s, {ours} / PyTorch {form}";

    private static Figure[] Figures(BenchmarkReport report, bool hasPeer)
    {
        string? fastest = PyTorchPeer.Forms.MinBy(form => hasPeer ? report.MedianOf(NameOf(Step, form)) : 0);
        return
        [
            Of("head's share of a step", HeadShare, 100, "%", Bound.AtMost, 3),
            Of("whole step / PyTorch as written", NameOf(Step, "as_written"), 1, "x", Bound.AtLeast, 1),
            Of("whole step / fastest PyTorch", NameOf(Step, fastest!), 1, "x", Bound.AtLeast, 0.95),
        ];

        Figure Of(string name, string comparison, double scale, string unit, Bound bound, double reach)
        {
            if (!report.Comparisons.Any(candidate => candidate.Name == comparison))
            {
                return new Figure(name, null, unit, bound, reach);
            }

            (double low, double high) = Ratios.MedianInterval(report.SamplesOf(comparison));
            return new Figure(name, scale * Ratios.Median(report.SamplesOf(comparison)), unit, bound, reach, scale * low, scale * high);
        }
    }
}
