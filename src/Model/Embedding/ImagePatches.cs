// Shapes: N images, C channels, H height and width, R = N H H positions, K = 9 C values of a 3 x 3 patch.
using static TorchSharp.torch;

namespace S2M.Model.Embedding;

/// <summary>The 3 x 3 neighbourhoods of every pixel as rows of a matrix, zero outside the image; a patch lies channel by channel, row by row, as weights do.</summary>
internal static class ImagePatches
{
    private const int Reach = 1;
    private const int Width = 3;

    /// <summary>Cuts the patches out.</summary>
    /// <param name="images_NCHH">Float32, channels-last in memory.</param>
    /// <returns>Shape (R, K), float32, contiguous.</returns>
    internal static Tensor Of(Tensor images_NCHH)
    {
        (int images, int channels, int side) = ((int)images_NCHH.shape[0], (int)images_NCHH.shape[1], (int)images_NCHH.shape[2]);
        using Tensor pixels_NHHC = images_NCHH.permute(0, 2, 3, 1);
        ReadOnlySpan<float> pixels = TensorMemory.Elements<float>(pixels_NHHC);
        int width = Width * Width * channels;
        Tensor patches_RK = empty([(long)images * side * side, width], ScalarType.Float32);
        Span<float> patches = TensorMemory.Elements<float>(patches_RK);
        patches.Clear();
        for (int row = 0; row < images * side; row++)
        {
            for (int tap = 0; tap < Width * Width; tap++)
            {
                (int down, int right) = ((tap / Width) - Reach, (tap % Width) - Reach);
                int y = (row % side) + down;
                if (y < 0 || y >= side)
                {
                    continue;
                }

                int first = Math.Max(0, -right);
                int last = Math.Min(side, side - right);
                int from = (((row + down) * side) + first + right) * channels;
                int to = (((row * side) + first) * width) + tap;
                for (int column = first; column < last; column++, to += width)
                {
                    for (int channel = 0; channel < channels; channel++, from++)
                    {
                        patches[to + (channel * Width * Width)] = pixels[from];
                    }
                }
            }
        }

        return patches_RK;
    }
}
