// Shapes: N rows, C, H, W channels, height and width.
using System.Runtime.InteropServices;
using S2M.Data.Images;
using S2M.Data.Sampling;
using static TorchSharp.torch;

namespace S2M.Worker.Images;

/// <summary>Pools of images as tensors. Safe for concurrent use.</summary>
/// <param name="images">Decoded images.</param>
/// <param name="format">What they are decoded to.</param>
public sealed class PoolTensors(DecodedImages images, ImageFormat format)
{
    /// <summary>Loads a pool.</summary>
    /// <param name="pool">The images, at most <paramref name="rows"/>.</param>
    /// <param name="rows">Rows of the tensor; those beyond the pool are zero.</param>
    /// <returns>Shape (rows, C, H, W), float32, values in [0, 1].</returns>
    /// <exception cref="Data.DataException">An image cannot be read; the message names it.</exception>
    public Tensor Load(IReadOnlyList<PoolImage> pool, int rows)
    {
        Tensor images_NCHW = zeros([rows, format.Channels, format.Size, format.Size], ScalarType.Float32);
        Span<float> values = MemoryMarshal.Cast<byte, float>(images_NCHW.bytes);
        for (int row = 0; row < pool.Count; row++)
        {
            QuarterTurns.Turn(images.Get(pool[row].Image, format).Span, format, pool[row].QuarterTurns, values.Slice(row * format.PixelCount, format.PixelCount));
        }

        return images_NCHW;
    }
}
