using S2M.Data.Catalogs;
using S2M.Data.Glyphs;
using S2M.Data.Images;
using S2M.Protos.V1;
using S2M.Worker.Images;
using S2M.Worker.Services;
using S2M.Worker.Tests.Processes;
using S2M.Worker.Tests.Training;
using S2M.Worker.Training;

namespace S2M.Worker.Tests.Services;

public sealed class ShareComputationTests
{
    private const int Episodes = 5;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_CancelledWithinAnEpisode_FinishesThatEpisodeAndBeginsNoOther(int episode)
    {
        using var stop = new CancellationTokenSource();
        using var images = new CancellingImages(((episode - 1) * GlyphJob.Classes * GlyphJob.ImagesPerClass) + 2, stop);
        using var runner = new ShareRunner(GlyphJob.Specification, new PoolTensors(new DecodedImages(images, maximumBytes: 0), new ImageFormat(16, 1, true)));
        using var job = new ServedJob();
        var computation = new ShareComputation(new ComputeShareRequest { Gradient = job.Gradient(Episodes, 0, Episodes) }, job.Start, null);

        Should.Throw<OperationCanceledException>(() => computation.Run(runner, stop.Token));

        computation.Done.ShouldBe(episode);
        images.Decoded.ShouldBe(episode * GlyphJob.Classes * GlyphJob.ImagesPerClass);
    }

    /// <summary>Glyphs that cancel when so many have been decoded.</summary>
    private sealed class CancellingImages(int cancelAt, CancellationTokenSource stop) : IDataSet
    {
        private readonly GlyphDataSet _glyphs = new();

        internal int Decoded { get; private set; }

        public string Name => _glyphs.Name;

        public string Version => _glyphs.Version;

        public IReadOnlyList<ImageClass> Classes => _glyphs.Classes;

        public int ImageCount => _glyphs.ImageCount;

        public string PathOf(int image) => _glyphs.PathOf(image);

        public string HashOf(int image) => _glyphs.HashOf(image);

        public void Decode(int image, ImageFormat format, Span<byte> pixels)
        {
            if (++Decoded == cancelAt)
            {
                stop.Cancel();
            }

            _glyphs.Decode(image, format, pixels);
        }

        public void Dispose() => _glyphs.Dispose();
    }
}
