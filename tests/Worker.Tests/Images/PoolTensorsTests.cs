using S2M.Data.Glyphs;
using S2M.Data.Images;
using S2M.Data.Sampling;
using S2M.Worker.Images;
using TorchSharp;

namespace S2M.Worker.Tests.Images;

public sealed class PoolTensorsTests
{
    private static readonly ImageFormat Format = new(16, 1, true);

    [Fact]
    public void Load_FewerImagesThanRows_PicturesThenZeros()
    {
        using var data = new GlyphDataSet();
        var images = new DecodedImages(data, 1 << 20);
        PoolImage[] pool = [new(3, 0), new(41, 1), new(3, 2), new(7, 3)];

        using torch.Tensor tensor = new PoolTensors(images, Format).Load(pool, 6);

        tensor.shape.ShouldBe([6L, 1, 16, 16]);
        float[] values = tensor.data<float>().ToArray();
        float[] expected = new float[Format.PixelCount];
        for (int row = 0; row < pool.Length; row++)
        {
            QuarterTurns.Turn(images.Get(pool[row].Image, Format).Span, Format, pool[row].QuarterTurns, expected);
            values.Skip(row * Format.PixelCount).Take(Format.PixelCount).ShouldBe(expected);
            expected.Max().ShouldBeInRange(0.5f, 1f);
        }

        values.Skip(pool.Length * Format.PixelCount).ShouldAllBe(value => value == 0);
    }

    [Fact]
    public void Load_TurnedImage_IsTheImageTurned()
    {
        using var data = new GlyphDataSet();
        var pools = new PoolTensors(new DecodedImages(data, 1 << 20), Format);

        using torch.Tensor tensor = pools.Load([new(5, 0), new(5, 1)], 2);

        using torch.Tensor turned = tensor[0].rot90(1, (1, 2));
        turned.data<float>().ToArray().ShouldBe(tensor[1].data<float>().ToArray());
    }
}
