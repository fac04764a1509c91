using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace S2M.Model.Embedding;

/// <summary>
/// Mean and biased variance of each channel of channels-last activations. A vector holds neighbouring channels, so every channel's sum runs over
/// the positions in their order whatever the width of the machine's vectors; images are added up in float64 (docs/decisions/0006).
/// </summary>
internal static class ChannelStatistics
{
    /// <summary>Channels come in runs of this many.</summary>
    internal const int Run = 4 * Lanes;

    private const int Lanes = 8;

    /// <summary>Computes the statistics.</summary>
    /// <param name="values">Images x positions x channels.</param>
    /// <param name="images">How many images, at least 1.</param>
    /// <param name="means">Receives the means, one a channel.</param>
    /// <param name="variances">Receives the biased variances, one a channel.</param>
    internal static void Compute(ReadOnlySpan<float> values, int images, Span<float> means, Span<float> variances)
    {
        int channels = means.Length;
        int perImage = values.Length / images;
        int positions = perImage / channels;
        double[] sums = new double[channels];
        double[] squares = new double[channels];
        double[] within = new double[channels];
        float[] mean = new float[channels];
        float[] deviation = new float[channels];
        for (int image = 0; image < images; image++)
        {
            ReadOnlySpan<float> part = values.Slice(image * perImage, perImage);
            for (int channel = 0; channel < channels; channel += Run)
            {
                OfImage(part, positions, channels, channel, mean, deviation);
            }

            for (int channel = 0; channel < channels; channel++)
            {
                sums[channel] += mean[channel];
                squares[channel] += (double)mean[channel] * mean[channel];
                within[channel] += deviation[channel];
            }
        }

        for (int channel = 0; channel < channels; channel++)
        {
            double center = sums[channel] / images;
            double between = Math.Max(0, squares[channel] - (images * center * center));
            means[channel] = (float)center;
            variances[channel] = (float)(((within[channel] / positions) + between) / images);
        }
    }

    /// <summary>One image's mean, and its sum of squared deviations from that mean: the image is in the cache when it is read again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OfImage(ReadOnlySpan<float> values, int positions, int channels, int channel, Span<float> mean, Span<float> deviation)
    {
        ref float first = ref Unsafe.Add(ref MemoryMarshal.GetReference(values), channel);
        Vector256<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        nuint at = 0;
        for (int position = 0; position < positions; position++, at += (nuint)channels)
        {
            sum0 += Vector256.LoadUnsafe(ref first, at);
            sum1 += Vector256.LoadUnsafe(ref first, at + Lanes);
            sum2 += Vector256.LoadUnsafe(ref first, at + (2 * Lanes));
            sum3 += Vector256.LoadUnsafe(ref first, at + (3 * Lanes));
        }

        Vector256<float> count = Vector256.Create((float)positions);
        Vector256<float> mean0 = sum0 / count, mean1 = sum1 / count, mean2 = sum2 / count, mean3 = sum3 / count;
        sum0 = sum1 = sum2 = sum3 = default;
        at = 0;
        for (int position = 0; position < positions; position++, at += (nuint)channels)
        {
            Vector256<float> away0 = Vector256.LoadUnsafe(ref first, at) - mean0;
            Vector256<float> away1 = Vector256.LoadUnsafe(ref first, at + Lanes) - mean1;
            Vector256<float> away2 = Vector256.LoadUnsafe(ref first, at + (2 * Lanes)) - mean2;
            Vector256<float> away3 = Vector256.LoadUnsafe(ref first, at + (3 * Lanes)) - mean3;
            sum0 += away0 * away0;
            sum1 += away1 * away1;
            sum2 += away2 * away2;
            sum3 += away3 * away3;
        }

        Store(mean, channel, mean0, mean1, mean2, mean3);
        Store(deviation, channel, sum0, sum1, sum2, sum3);
    }

    private static void Store(Span<float> target, int channel, Vector256<float> value0, Vector256<float> value1, Vector256<float> value2, Vector256<float> value3)
    {
        Span<float> run = target.Slice(channel, Run);
        value0.CopyTo(run);
        value1.CopyTo(run[Lanes..]);
        value2.CopyTo(run[(2 * Lanes)..]);
        value3.CopyTo(run[(3 * Lanes)..]);
    }
}
