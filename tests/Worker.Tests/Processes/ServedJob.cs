using S2M.Data.Glyphs;
using S2M.Data.Sampling;
using S2M.Numerics.Parameters;
using S2M.Protos.V1;
using S2M.Specification;
using S2M.Worker.Tests.Training;
using Episode = S2M.Data.Sampling.Episode;
using EpisodeGroup = S2M.Data.Sampling.EpisodeGroup;
using Wire = S2M.Protos.V1;

namespace S2M.Worker.Tests.Processes;

/// <summary>The small job of this project, served by a coordinator and computed in this process for comparison.</summary>
internal sealed class ServedJob : IDisposable
{
    internal const string Id = "job-1";
    internal const string DescriptorsName = "pool-1";

    /// <summary>One above the last image that the built-in data set draws: 8000 of its classes, hybrids of 400 x 400 pairs by 20 drawers, and clutter.</summary>
    internal const int EndOfImages = 8000 + (400 * 400 * 20) + 65536;

    private readonly GlyphJob _job = new();

    internal ServedJob()
    {
        Start = _job.Runner.Network.Initialize();
        Descriptors = _job.Runner.Embed(Start, _job.Sample(0).Pool);
    }

    internal GlyphJob Local => _job;

    internal ParameterSnapshot Start { get; }

    /// <summary>Descriptors of the pool of the first episode.</summary>
    internal float[] Descriptors { get; }

    internal void ServeAt(FakeCoordinator coordinator)
    {
        // Drawn now, once: the version is the hash of eight thousand drawings, and a call has a deadline.
        string dataVersion = new GlyphDataSet().Version;
        coordinator.OnSpecification = _ => new GetSpecificationResponse
        {
            Specification = CanonicalJson.Write(GlyphJob.Specification),
            SpecificationHash = CanonicalJson.HashOf(GlyphJob.Specification),
            DataVersion = dataVersion,
        };
        coordinator.OnArrays = request => Task.FromResult(request.ArraysCase == FetchArraysRequest.ArraysOneofCase.Version
            ? new[] { Start.Parameters, Start.Buffers }
            : [Descriptors]);
    }

    /// <summary>A share without work.</summary>
    internal static ComputeShareRequest Share(FakeCoordinator coordinator, string incarnation) => new()
    {
        JobId = Id,
        Epoch = 3,
        Incarnation = incarnation,
        ParametersAt = coordinator.Address.GetLeftPart(UriPartial.Authority),
        SpecificationHash = CanonicalJson.HashOf(GlyphJob.Specification),
    };

    /// <summary>Gradients of a run of a step's episodes.</summary>
    internal GradientWork Gradient(int leaves, int first, int count)
    {
        var work = new GradientWork { Leaves = leaves, First = first };
        work.Episodes.AddRange(Enumerable.Range(first, count).Select(step => Write(_job.Sample(step))));
        return work;
    }

    internal static ImageList Write(IReadOnlyList<PoolImage> pool)
        => new() { Images = { pool.Select(image => image.Image) }, QuarterTurns = { pool.Select(image => image.QuarterTurns) } };

    internal static Wire.EpisodeGroup Write(EpisodeGroup group)
    {
        var written = new Wire.EpisodeGroup { Distractors = { group.Distractors } };
        written.Concepts.AddRange(group.Concepts.Select(concept => new Wire.Concept
        {
            ClassIndex = concept.Id.Class,
            QuarterTurns = concept.Id.QuarterTurns,
            Support = { concept.Support },
            Positives = { concept.Positives },
        }));
        return written;
    }

    public void Dispose() => _job.Dispose();

    private static Wire.Episode Write(Episode episode) => new()
    {
        Address = new Wire.EpisodeAddress
        {
            Seed = episode.Address.Seed,
            Phase = (Wire.EpisodePhase)((int)episode.Address.Phase + 1),
            Step = episode.Address.Step,
            Index = episode.Address.Index,
        },
        Pool = Write(episode.Pool),
        Groups = { episode.Groups.Select(Write) },
    };
}
