using S2M.Coordinator.Evaluation.Sets;
using S2M.Coordinator.Training;
using S2M.Data;
using S2M.Data.Catalogs;
using S2M.Data.Images;
using S2M.Data.Sampling;
using S2M.Data.Splits;
using S2M.Specification;

namespace S2M.Coordinator.Jobs;

/// <summary>A job's data: opened, split, and checked for everything that the run will ask of it, so that what must fail fails before the first step.</summary>
public sealed class JobInputs
{
    // A run in one process keeps what its workers would.
    private const long DefaultCacheBytes = 4L << 30;

    private readonly JobSpecification _job;
    private readonly IDataSet _data;
    private readonly long _cacheBytes;

    /// <summary>Draws the split.</summary>
    /// <param name="job">The job.</param>
    /// <param name="data">Its data set, open as long as these inputs are used; not disposed.</param>
    /// <param name="cacheBytes">The most bytes of decoded images that are kept.</param>
    /// <exception cref="DataException">It has too few classes, or parts of the split share an image.</exception>
    public JobInputs(JobSpecification job, IDataSet data, long cacheBytes = DefaultCacheBytes)
    {
        _job = job;
        _data = data;
        _cacheBytes = cacheBytes;
        Split = ClassSplit.Draw(data.Classes, job.Split.Seed, job.Split.Train, job.Split.Validation, job.Split.Test);
        LeakageCheck.Refuse(data, Split);
        Format = new ImageFormat(job.Data.Size, job.Data.Channels, job.Data.Ink);
        Images = new DecodedImages(data, cacheBytes);
    }

    /// <summary>The data set's version.</summary>
    public string Version => _data.Version;

    /// <summary>The classes of the data set.</summary>
    public IReadOnlyList<ImageClass> Classes => _data.Classes;

    /// <summary>Which classes are for what.</summary>
    public ClassSplit Split { get; }

    /// <summary>What images are decoded to.</summary>
    public ImageFormat Format { get; }

    /// <summary>Decoded images.</summary>
    public DecodedImages Images { get; }

    /// <summary>The concepts of a part of the split.</summary>
    public ConceptCatalog CatalogOf(IReadOnlyList<int> part) => new(_data.Classes, part, _job.Data.Rotations);

    /// <summary>Draws polysemous and noisy sets from a part of the split.</summary>
    public SetSampler SetsOf(IReadOnlyList<int> part) => new(CatalogOf(part), _data);

    /// <summary>Whether two images are the same, pixel by pixel.</summary>
    public bool HaveSamePixels(int left, int right) => Images.Get(left, Format).Span.SequenceEqual(Images.Get(right, Format).Span);

    /// <summary>Draws one episode of every kind that the run will draw.</summary>
    /// <exception cref="DataException">A part has too few concepts for an episode, or a class too few images.</exception>
    public void CheckEpisodes()
    {
        Named("training", () => TrainingRoles.Draw(new EpisodeSampler(CatalogOf(Split.Train), _data.Classes), _job, 0, 0));
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

        if (_job.Evaluation.Sets is { } sets)
        {
            SetSampler sampler = SetsOf(Split.Test);
            foreach (SetKind kind in SetKind.Of(sets))
            {
                Named("evaluation.sets", () => sampler.Sample(new EpisodeAddress(_job.Evaluation.Seed, EpisodePhase.Test, 0, 0), kind.RecipeOf(sets)));
            }
        }
    }

    /// <summary>Decodes every image of the split once, if all of them fit into memory: the run keeps what it has decoded.</summary>
    /// <param name="threads">How many at a time.</param>
    /// <param name="progress">Is told how many are decoded.</param>
    /// <param name="cancellationToken">Stops at the next image.</param>
    /// <exception cref="DataException">An image cannot be read; the message names it.</exception>
    public void DecodeAll(int threads, WorkProgress progress, CancellationToken cancellationToken)
    {
        int[] images = [.. Split.Train.Concat(Split.Validation).Concat(Split.Test)
            .SelectMany(index => Enumerable.Range(_data.Classes[index].FirstImage, _data.Classes[index].Count))];
        if ((long)images.Length * Format.PixelCount > _cacheBytes)
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
