using S2M.Data.Catalogs;
using S2M.Data.Glyphs;
using S2M.Data.Images;
using S2M.Data.Sampling;
using S2M.Data.Splits;
using S2M.Specification;
using S2M.Worker.Images;

namespace S2M.Model.Benchmarks.Images;

/// <summary>Real images, and the recipe's episodes over them: what a worker gets.</summary>
internal sealed class BenchmarkImages : IDisposable
{
    private const string Recipe = "omniglot-gauss.yaml";
    private const long KeptBytes = 1L << 30;

    private BenchmarkImages(IDataSet data, JobSpecification job, string? path, string description)
    {
        Data = data;
        Job = job;
        ContainerPath = path;
        Description = description;
        Format = new ImageFormat(job.Data.Size, job.Data.Channels, job.Data.Ink);
        Pools = new PoolTensors(new DecodedImages(data, KeptBytes), Format);
        ClassSplit split = ClassSplit.Draw(data.Classes, job.Split.Seed, job.Split.Train, job.Split.Validation, job.Split.Test);
        Sampler = new EpisodeSampler(new ConceptCatalog(data.Classes, split.Train, job.Data.Rotations), data.Classes);
    }

    /// <summary>The data set.</summary>
    internal IDataSet Data { get; }

    /// <summary>The recipe, <c>jobs/omniglot-gauss.yaml</c>, with the batch asked for.</summary>
    internal JobSpecification Job { get; }

    /// <summary>Where image files lie; null for the built-in glyphs.</summary>
    internal string? ContainerPath { get; }

    /// <summary>What the images are, for reports.</summary>
    internal string Description { get; }

    /// <summary>What they are decoded to.</summary>
    internal ImageFormat Format { get; }

    /// <summary>Pools as tensors, from decoded images.</summary>
    internal PoolTensors Pools { get; }

    /// <summary>Training episodes.</summary>
    internal EpisodeSampler Sampler { get; }

    /// <summary>Opens images; every file is read once for its hash.</summary>
    /// <param name="path">A folder or zip; null for Omniglot beside the repository or else the glyphs.</param>
    /// <param name="batch">Images of an episode, a multiple of the recipe's images of a class.</param>
    /// <exception cref="BenchmarkException">The batch cannot be cut into classes, or nothing is at the path.</exception>
    internal static BenchmarkImages Open(string? path, int batch)
    {
        JobSpecification recipe = JobFile.Read(Repository.FileAt("jobs", Recipe), []);
        int images = recipe.Episode.ImagesPerClass;
        if (batch < images || batch % images != 0)
        {
            throw new BenchmarkException($"--batch: expected a multiple of {images}, the recipe's images of a class, got {batch}");
        }

        string omniglot = Path.Combine(Repository.Root, "..", "shared", "data", "omniglot");
        string? found = path ?? (Directory.Exists(omniglot) ? omniglot : null);
        IDataSet data = found is null ? new GlyphDataSet() : DataSets.Open(recipe.Data.Name, found);
        string name = found is null ? "built-in glyphs, since there is no Omniglot beside the repository: not the figures of the reach" : $"{data.ImageCount} images of {data.Classes.Count} classes";
        JobSpecification job = recipe with { Episode = recipe.Episode with { Classes = batch / images }, Split = Fitting(recipe.Split, data.Classes.Count) };
        return new BenchmarkImages(data, job, found, $"{name}, {data.Version[..(data.Version.IndexOf('@', StringComparison.Ordinal) + 13)]}");
    }

    /// <summary>A training episode.</summary>
    /// <param name="index">Which.</param>
    internal Episode EpisodeAt(int index) => Sampler.SampleTraining(
        new EpisodeAddress(Job.Training.Seed, EpisodePhase.Training, 0, index),
        Job.Episode.Classes,
        Job.Episode.ImagesPerClass,
        Roles);

    /// <summary>The recipe's groups.</summary>
    internal IReadOnlyList<GroupRoles> Roles =>
        [.. Job.Episode.Groups.Select(static group => new GroupRoles(group.Support.First, group.Support.Count, group.Queries.First, group.Queries.Count))];

    /// <inheritdoc/>
    public void Dispose() => Data.Dispose();

    // Other data sets are smaller than Omniglot; timing needs training classes and nothing else of a split.
    private static SplitSpecification Fitting(SplitSpecification split, int classes)
        => classes >= split.Train + split.Validation + split.Test ? split : split with { Train = classes - 2, Validation = 1, Test = 1 };
}
