using System.Runtime.InteropServices;
using S2M.Data.Catalogs;
using S2M.Data.Glyphs;
using S2M.Data.Images;
using S2M.Numerics.Parameters;
using S2M.Protos.V1;
using S2M.Specification;
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

    [Fact]
    public void Run_JobWithBfloat16_LeavesAreRoundedBeforeTheyAreAddedAndTravelInHalvesWhereAlone()
    {
        using var glyphs = new GlyphDataSet();
        using var job = new ServedJob();
        JobSpecification specification = GlyphJob.Specification with { Training = new TrainingSpecification { GradientFormat = GradientFormat.Bfloat16 } };
        using var runner = new ShareRunner(specification, new PoolTensors(new DecodedImages(glyphs, 1 << 26), new ImageFormat(16, 1, true)));

        ShareAnswer answer = new ShareComputation(new ComputeShareRequest { Gradient = job.Gradient(4, 0, 3) }, job.Start, null).Run(runner, CancellationToken.None);

        float[][] leaves = [.. Enumerable.Range(0, 3).Select(step => job.Local.Runner.ComputeEpisode(job.Start, job.Local.Sample(step)).Values)];
        leaves[2].ShouldContain(value => (BitConverter.SingleToUInt32Bits(value) & 0xFFFF) != 0, "there is something to round");
        Array.ForEach(leaves, leaf => Bfloat16.Round(leaf));
        answer.Arrays.Select(array => (array.Header.Node.First, array.Header.Node.Count, array.Header.ElementType))
            .ShouldBe([(0, 2, ElementType.Float32), (2, 1, ElementType.Bfloat16)]);
        MemoryMarshal.Cast<byte, float>(answer.Arrays[0].Bytes.Span).SequenceEqual([.. leaves[0].Zip(leaves[1], (one, other) => one + other)]).ShouldBeTrue();
        float[] alone = new float[leaves[2].Length];
        Bfloat16.Unpack(MemoryMarshal.Cast<byte, ushort>(answer.Arrays[1].Bytes.Span), alone);
        alone.AsSpan().SequenceEqual(leaves[2]).ShouldBeTrue();
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
