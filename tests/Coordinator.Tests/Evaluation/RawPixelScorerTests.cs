using S2M.Coordinator.Evaluation;
using S2M.Data.Catalogs;
using S2M.Data.Images;
using S2M.Data.Sampling;

namespace S2M.Coordinator.Tests.Evaluation;

public sealed class RawPixelScorerTests
{
    private static readonly ImageFormat Format = new(2, 1, Ink: false);

    // Two by two pixels, row by row.
    private static readonly byte[][] Pixels = [[255, 0, 0, 0], [255, 255, 0, 0], [0, 0, 0, 255], [255, 0, 0, 255]];

    [Fact]
    public async Task ScoreAsync_TwoConcepts_NegativeSquaredDistanceFromTheMeanOfTheSupport()
    {
        // Concept 0: the mean of images 0 and 1 is (1, 1/2, 0, 0). Concept 1: image 2 is (0, 0, 0, 1). Queries: image 3, then image 0.
        double[] scores = await ScoreAsync([.. Enumerable.Range(0, 4).Select(image => new PoolImage(image, 0))], [0, 1], [3], [2], [0]);

        scores.ShouldBe([-1.25, -0.25, -1, -2]);
    }

    [Fact]
    public async Task ScoreAsync_TurnedImage_IsTurnedFirst()
    {
        // Image 0 has its corner at the upper left; half a turn puts it where image 2 has it.
        double[] scores = await ScoreAsync([new(0, 0), new(0, 2), new(2, 0), new(2, 2)], [0], [1], [1], [2]);

        // Queries: rows 1 and 2, both lower right.
        scores.ShouldBe([-2, -2, 0, 0]);
    }

    [Fact]
    public async Task ScoreAsync_Cancelled_Stops()
    {
        var scorer = new RawPixelScorer([new(0, 0)], new DecodedImages(new PixelDataSet(), 1 << 10), Format);
        var group = new EpisodeGroup([new Concept(new ConceptId(0, 0), [0], [0])], []);

        await Should.ThrowAsync<OperationCanceledException>(() => scorer.ScoreAsync([group], new CancellationToken(canceled: true)));
    }

    private static async Task<double[]> ScoreAsync(PoolImage[] gallery, int[] support0, int[] queries0, int[] support1, int[] queries1)
    {
        var scorer = new RawPixelScorer(gallery, new DecodedImages(new PixelDataSet(), 1 << 10), Format);
        scorer.Name.ShouldBe("raw_pixels");
        var group = new EpisodeGroup([new(new ConceptId(0, 0), support0, queries0), new(new ConceptId(1, 0), support1, queries1)], []);
        return (await scorer.ScoreAsync([group], TestContext.Current.CancellationToken)).Single();
    }

    private sealed class PixelDataSet : IDataSet
    {
        public string Name => "pixels";

        public string Version => "pixels@0";

        public IReadOnlyList<ImageClass> Classes => [new("all", 0, Pixels.Length)];

        public int ImageCount => Pixels.Length;

        public string PathOf(int image) => $"{image}";

        public string HashOf(int image) => $"{image}";

        public void Decode(int image, ImageFormat format, Span<byte> pixels) => Pixels[image].CopyTo(pixels);

        public void Dispose()
        {
        }
    }
}
