using S2M.Data.Images;
using S2M.Data.Sampling;
using static TorchSharp.torch;

namespace S2M.Worker.Images;

/// <summary>Pools of images as tensors. Safe for concurrent use.</summary>
/// <param name="images">Decoded images, all in one format.</param>
public sealed class PoolTensors(DecodedImages images)
{
    private const float White = 255f;

    /// <summary>Loads a pool.</summary>
    /// <param name="pool">The images, at most <paramref name="rows"/>.</param>
    /// <param name="rows">Rows of the tensor; those beyond the pool are zero.</param>
    /// <returns>Shape (rows, C, H, W), float32, values in [0, 1].</returns>
    /// <exception cref="Data.DataException">An image cannot be read; the message names it.</exception>
    public Tensor Load(IReadOnlyList<PoolImage> pool, int rows)
    {
        ImageFormat format = images.Format;
        Tensor tensor = zeros([rows, format.Channels, format.Size, format.Size], ScalarType.Float32);
        Span<float> values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(tensor.bytes);
        Span<byte> turned = new byte[format.PixelCount];
        for (int row = 0; row < pool.Count; row++)
        {
            QuarterTurn.Apply(images.Get(pool[row].Image), format, pool[row].QuarterTurns, turned);
            Span<float> target = values.Slice(row * format.PixelCount, format.PixelCount);
            for (int pixel = 0; pixel < turned.Length; pixel++)
            {
                target[pixel] = turned[pixel] / White;
            }
        }

        return tensor;
    }
}
