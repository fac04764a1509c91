using S2M.Coordinator.Training;
using S2M.Data;
using S2M.Data.Catalogs;
using S2M.Data.Glyphs;
using S2M.Data.Images;
using S2M.Data.Sampling;
using S2M.Data.Splits;
using S2M.Local.Execution;
using S2M.Specification;

namespace S2M.Local.Runs;

/// <summary>A job's data: opened, split, and checked for everything that the run will ask of it, so that what must fail fails before the first step.</summary>
internal sealed class RunInputs : IDisposable
{
    private const long CacheBytes = 4L << 30;

    private readonly JobSpecification _job;
    private readonly IDataSet _data;

    private RunInputs(JobSpecification job, IDataSet data)
    {
        _job = job;
        _data = data;
        Split = ClassSplit.Draw(data.Classes, job.Split.Seed, job.Split.Train, job.Split.Validation, job.Split.Test);
        LeakageCheck.Refuse(data, Split);
        Format = new ImageFormat(job.Data.Size, job.Data.Channels, job.Data.Ink);
        Images = new DecodedImages(data, CacheBytes);
    }

    /// <summary>The data set's version.</summary>
    internal string Version => _data.Version;

    /// <summary>The classes of the data set.</summary>
    internal IReadOnlyList<ImageClass> Classes => _data.Classes;

    /// <summary>Which classes are for what.</summary>
    internal ClassSplit Split { get; }

    /// <summary>What images are decoded to.</summary>
    internal ImageFormat Format { get; }

    /// <summary>Decoded images.</summary>
    internal DecodedImages Images { get; }

    /// <summary>Opens a job's data set.</summary>
    /// <param name="job">The job.</param>
    /// <param name="paths">Data sets by name.</param>
    /// <exception cref="DataException">It is not bound, cannot be used, has too few classes, or parts of the split share an image.</exception>
    internal static RunInputs Open(JobSpecification job, IReadOnlyDictionary<string, string> paths)
    {
        IDataSet data = paths.TryGetValue(job.Data.Name, out string? path)
            ? DataSets.Open(job.Data.Name, path)
            : job.Data.Name == GlyphDataSet.DataSetName
                ? new GlyphDataSet()
                : throw new DataException($"data set '{job.Data.Name}': expected a path, got none; give --data {job.Data.Name}=PATH");
        try
        {
            return new RunInputs(job, data);
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    /// <summary>The concepts of a part of the split.</summary>
    internal ConceptCatalog CatalogOf(IReadOnlyList<int> part) => new(_data.Classes, part, _job.Data.Rotations);

    /// <summary>Whether two images are the same, pixel by pixel.</summary>
    internal bool HaveSamePixels(int left, int right) => Images.Get(left, Format).Span.SequenceEqual(Images.Get(right, Format).Span);

    /// <summary>Draws one episode of every kind that the run will draw.</summary>
    /// <exception cref="DataException">A part has too few concepts for an episode, or a class too few images.</exception>
    internal void CheckEpisodes()
    {
        Named("training", () => new EpisodeSampler(CatalogOf(Split.Train), _data.Classes).SampleTraining(
            new EpisodeAddress(_job.Training.Seed, EpisodePhase.Training, 0, 0), _job.Episode.Classes, _job.Episode.ImagesPerClass, TrainingRoles.Of(_job.Episode)));
        foreach ((string phase, IReadOnlyList<int> part) in new[] { ("validation", Split.Validation), ("test", Split.Test) })
        {
            var sampler = new EpisodeSampler(CatalogOf(part), _data.Classes);
            foreach (int ways in _job.Evaluation.Ways)
            {
                foreach (int shots in _job.Evaluation.Shots)
                {
                    Named(phase, () => sampler.SampleClassification(new EpisodeAddress(_job.Evaluation.Seed, EpisodePhase.Test, 0, 0), ways, shots, _job.Evaluation.Queries));
                }
            }
        }
    }

    /// <summary>Decodes every image of the split once, if all of them fit into memory: the run keeps what it has decoded.</summary>
    /// <param name="threads">How many at a time.</param>
    /// <param name="progress">Is told how many are decoded.</param>
    /// <param name="cancellationToken">Stops at the next image.</param>
    /// <exception cref="DataException">An image cannot be read; the message names it.</exception>
    internal void DecodeAll(int threads, WorkProgress progress, CancellationToken cancellationToken)
    {
        int[] images = [.. Split.Train.Concat(Split.Validation).Concat(Split.Test)
            .SelectMany(index => Enumerable.Range(_data.Classes[index].FirstImage, _data.Classes[index].Count))];
        if ((long)images.Length * Format.PixelCount > CacheBytes)
        {
            return;
        }

        var count = new WorkCount(progress, "images decoded", images.Length);
        try
        {
            Parallel.ForEach(
                images,
                new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken },
                image =>
                {
                    Images.Get(image, Format);
                    count.Add(1);
                });
        }
        catch (AggregateException problems) when (problems.InnerExceptions.OfType<DataException>().FirstOrDefault() is { } problem)
        {
            throw new DataException(problem.Message, problem);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _data.Dispose();

    private static void Named(string phase, Action draw)
    {
        try
        {
            draw();
        }
        catch (DataException problem)
        {
            throw new DataException($"{phase}: {problem.Message}", problem);
        }
    }
}
