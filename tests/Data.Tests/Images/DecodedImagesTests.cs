using S2M.Data.Catalogs;
using S2M.Data.Images;

namespace S2M.Data.Tests.Images;

public sealed class DecodedImagesTests
{
    private static readonly ImageFormat Format = new(10, 1, true);

    [Fact]
    public void Get_Again_DecodesOnce()
    {
        using var dataSet = new CountingDataSet();
        var images = new DecodedImages(dataSet, 1000);

        images.Get(3, Format).ToArray().ShouldAllBe(pixel => pixel == 3);
        images.Get(3, Format).ToArray().ShouldAllBe(pixel => pixel == 3);

        dataSet.Decodes.ShouldBe(1);
        images.Bytes.ShouldBe(100);
    }

    [Fact]
    public void Get_AnotherFormat_IsAnotherImage()
    {
        using var dataSet = new CountingDataSet();
        var images = new DecodedImages(dataSet, 1000);

        images.Get(3, Format).Length.ShouldBe(100);
        images.Get(3, Format with { Channels = 3 }).Length.ShouldBe(300);
        images.Get(3, Format with { Ink = false }).Length.ShouldBe(100);

        dataSet.Decodes.ShouldBe(3);
        images.Bytes.ShouldBe(500);
    }

    [Fact]
    public void Get_BeyondTheLimit_LetsTheOldestGo()
    {
        using var dataSet = new CountingDataSet();
        var images = new DecodedImages(dataSet, 250);
        ReadOnlyMemory<byte> first = images.Get(1, Format);
        images.Get(2, Format);
        images.Get(3, Format);

        images.Bytes.ShouldBe(200);
        images.Get(2, Format);
        images.Get(3, Format);
        dataSet.Decodes.ShouldBe(3);
        images.Get(1, Format);
        dataSet.Decodes.ShouldBe(4);
        first.ToArray().ShouldAllBe(pixel => pixel == 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(99)]
    public void Get_WithoutRoom_KeepsNone(long limit)
    {
        using var dataSet = new CountingDataSet();
        var images = new DecodedImages(dataSet, limit);

        images.Get(1, Format).ToArray().ShouldAllBe(pixel => pixel == 1);
        images.Get(1, Format);

        dataSet.Decodes.ShouldBe(2);
        images.Bytes.ShouldBe(0);
    }

    [Fact]
    public void Get_ImageThatFails_FailsAgain()
    {
        using var dataSet = new CountingDataSet();
        var images = new DecodedImages(dataSet, 1000);

        Should.Throw<DataException>(() => images.Get(CountingDataSet.Damaged, Format));
        Should.Throw<DataException>(() => images.Get(CountingDataSet.Damaged, Format));
        images.Bytes.ShouldBe(0);
    }

    [Fact]
    public void Get_FromManyThreads_StaysBoundedAndRight()
    {
        using var dataSet = new CountingDataSet();
        var images = new DecodedImages(dataSet, 1050);

        Parallel.For(0, 20_000, i =>
        {
            int image = i * 31 % 50;
            images.Get(image, Format).Span.IndexOfAnyExcept((byte)image).ShouldBe(-1);
            images.Bytes.ShouldBeInRange(0, 1150);
        });

        images.Bytes.ShouldBe(1000);
    }

    private sealed class CountingDataSet : IDataSet
    {
        internal const int Damaged = 200;

        private int _decodes;

        internal int Decodes => _decodes;

        public string Name => "counting";

        public string Version => "counting@0";

        public IReadOnlyList<ImageClass> Classes => [new("all", 0, 256)];

        public int ImageCount => 256;

        public string PathOf(int image) => $"all/{image}";

        public string HashOf(int image) => $"{image:x64}";

        public void Decode(int image, ImageFormat format, Span<byte> pixels)
        {
            Interlocked.Increment(ref _decodes);
            pixels.Fill(image == Damaged ? throw new DataException("damaged") : (byte)image);
        }

        public void Dispose()
        {
        }
    }
}
