using S2M.Data.Catalogs;
using S2M.Data.Glyphs;
using S2M.Data.Images;
using S2M.Data.Sampling;
using S2M.Specification;
using S2M.Worker.Images;
using S2M.Worker.Training;

namespace S2M.Worker.Tests.Training;

/// <summary>A small job over the built-in characters with what it needs to run on one thread.</summary>
internal sealed class GlyphJob : IDisposable
{
    internal const int Classes = 4;
    internal const int ImagesPerClass = 3;

    private readonly GlyphDataSet _data = new();
    private readonly EpisodeSampler _sampler;

    internal GlyphJob()
    {
        _sampler = new EpisodeSampler(new ConceptCatalog(_data.Classes, [.. Enumerable.Range(0, 40)], rotations: true), _data.Classes);
        Runner = new ShareRunner(Specification, new PoolTensors(new DecodedImages(_data, 1 << 26), new ImageFormat(Specification.Data.Size, 1, true)));
    }

    internal static JobSpecification Specification { get; } = new()
    {
        Name = "small",
        Data = new DataSpecification { Name = GlyphDataSet.DataSetName, Size = 16 },
        Network = new NetworkSpecification { Dropout = 0.1 },
        Episode = new EpisodeSpecification { Classes = Classes, ImagesPerClass = ImagesPerClass, Groups = [new(new(0, 1), new(2, 2)), new(new(0, 0), new(1, 2))] },
    };

    internal ShareRunner Runner { get; }

    internal Episode Sample(int step) => _sampler.SampleTraining(
        new EpisodeAddress(1, EpisodePhase.Training, step, 0), Classes, ImagesPerClass, [new GroupRoles(0, 2, 2, 1), new GroupRoles(0, 1, 1, 2)]);

    public void Dispose()
    {
        Runner.Dispose();
        _data.Dispose();
    }
}
