// Shapes: P images of the pool, C, H, W channels, height and width.
using S2M.Data.Sampling;
using S2M.Model.Benchmarks.Images;
using S2M.Specification;
using static TorchSharp.torch;

namespace S2M.Model.Benchmarks.Mixtures;

/// <summary>A worker's step with a given head on an episode of 20 concepts with 20 support images, each concept made of two classes: what mixtures are for.</summary>
internal sealed class MixtureStep : IDisposable
{
    private const int Concepts = 20;
    private const int SupportOfClass = 10;
    private const int QueriesOfClass = 3;

    private readonly Set2ModelNetwork _network;
    private readonly Tensor _images_PCHW;
    private readonly Episode _episode;

    /// <summary>Builds the step.</summary>
    /// <param name="images">Where the episode comes from.</param>
    /// <param name="head">The head.</param>
    internal MixtureStep(BenchmarkImages images, HeadKind head)
    {
        Episode classes = images.Sampler.SampleTraining(
            new EpisodeAddress(images.Job.Training.Seed, EpisodePhase.Training, 0, 0),
            2 * Concepts,
            SupportOfClass + QueriesOfClass,
            [new GroupRoles(0, SupportOfClass, SupportOfClass, QueriesOfClass)]);
        Concept[][] pairs = [.. classes.Groups[0].Concepts.Chunk(2)];
        _episode = classes with
        {
            Groups =
            [
                new EpisodeGroup(
                    [.. pairs.Select(static pair => new Concept(pair[0].Id, [.. pair[0].Support, .. pair[1].Support], [.. pair[0].Positives, .. pair[1].Positives]))],
                    classes.Groups[0].Distractors),
            ],
        };
        _images_PCHW = images.Pools.Load(classes.Pool, classes.Pool.Count);
        _network = new Set2ModelNetwork(images.Job with { Network = images.Job.Network with { Head = head } });
        _network.Load(_network.Initialize());
        Name = $"step, {head} ({Concepts} concepts, N = {2 * SupportOfClass}, {classes.Pool.Count} images)";
    }

    /// <summary>How reports call it.</summary>
    internal string Name { get; }

    /// <summary>Computes the step once.</summary>
    /// <exception cref="BenchmarkException">No finite gradient came of it.</exception>
    internal void Run()
    {
        if (_network.ComputeEpisode(_images_PCHW, _episode).Present != 1)
        {
            throw new BenchmarkException($"{Name}: expected a finite gradient, got an absent episode; check the images");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _network.Dispose();
        _images_PCHW.Dispose();
    }
}
