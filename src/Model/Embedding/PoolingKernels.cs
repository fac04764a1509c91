using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace S2M.Model.Embedding;

/// <summary>The size of channels-last activations.</summary>
/// <param name="Images">Images, at least 1.</param>
/// <param name="Side">Height and width, at least 2.</param>
/// <param name="Channels">Channels, a multiple of <see cref="ChannelStatistics.Run"/>.</param>
internal readonly record struct ActivationShape(int Images, int Side, int Channels)
{
    /// <summary>Height and width after a 2 x 2 pool; an odd last row and column are left out.</summary>
    internal int Half => Side / 2;
}

/// <summary>
/// Batch norm, 2 x 2 max pool and ReLU in one pass over the activations instead of three, and their gradient in one: memory is what they cost.
/// Vectors lie along the channels, so the arithmetic of an element is the same on every machine (docs/decisions/0006).
/// </summary>
internal static class PoolingKernels
{
    private const int Lanes = 8;

    /// <summary>pooled = max(0, max over each 2 x 2 window of scale x value + shift).</summary>
    /// <param name="values">Activations, images x side x side x channels.</param>
    /// <param name="shape">Their size.</param>
    /// <param name="scale">One a channel.</param>
    /// <param name="shift">One a channel.</param>
    /// <param name="pooled">Receives images x half x half x channels.</param>
    /// <param name="selected">Receives the activation that won each window, NaN where the result is 0; or empty where no gradient is wanted.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Forward(
        ReadOnlySpan<float> values, ActivationShape shape, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift, Span<float> pooled, Span<float> selected)
    {
        ref float source = ref MemoryMarshal.GetReference(values);
        ref float target = ref MemoryMarshal.GetReference(pooled);
        ref float winners = ref MemoryMarshal.GetReference(selected);
        ref float scales = ref MemoryMarshal.GetReference(scale);
        ref float shifts = ref MemoryMarshal.GetReference(shift);
        bool keep = !selected.IsEmpty;
        Vector256<float> none = Vector256.Create(float.NaN);
        nuint channels = (nuint)shape.Channels;
        nuint line = (nuint)shape.Side * channels;
        nuint to = 0;
        for (int row = 0; row < shape.Images * shape.Half; row++)
        {
            nuint from = (nuint)((row / shape.Half * shape.Side) + (row % shape.Half * 2)) * line;
            for (int column = 0; column < shape.Half; column++, from += channels)
            {
                for (nuint channel = 0; channel < channels; channel += Lanes, from += Lanes, to += Lanes)
                {
                    Vector256<float> factor = Vector256.LoadUnsafe(ref scales, channel);
                    Vector256<float> offset = Vector256.LoadUnsafe(ref shifts, channel);
                    Vector256<float> winner = Vector256.LoadUnsafe(ref source, from);
                    Vector256<float> best = (winner * factor) + offset;
                    Challenge(Vector256.LoadUnsafe(ref source, from + channels), factor, offset, ref best, ref winner);
                    Challenge(Vector256.LoadUnsafe(ref source, from + line), factor, offset, ref best, ref winner);
                    Challenge(Vector256.LoadUnsafe(ref source, from + line + channels), factor, offset, ref best, ref winner);
                    Vector256<float> dead = Vector256.LessThanOrEqual(best, Vector256<float>.Zero);
                    Vector256.ConditionalSelect(dead, Vector256<float>.Zero, best).StoreUnsafe(ref target, to);
                    if (keep)
                    {
                        Vector256.ConditionalSelect(dead, none, winner).StoreUnsafe(ref winners, to);
                    }
                }
            }
        }
    }

    /// <summary>For each channel the sum of the gradients that pass the ReLU, and of gradient x (activation - mean).</summary>
    /// <param name="gradient">dL/dpooled, images x half x half x channels.</param>
    /// <param name="selected">From <see cref="Forward"/>.</param>
    /// <param name="images">How many images.</param>
    /// <param name="means">One a channel.</param>
    /// <param name="sums">Receives sums of gradients, one a channel.</param>
    /// <param name="moments">Receives sums of gradient x (activation - mean), one a channel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void SumGradients(
        ReadOnlySpan<float> gradient, ReadOnlySpan<float> selected, int images, ReadOnlySpan<float> means, Span<double> sums, Span<double> moments)
    {
        int channels = means.Length;
        int positions = gradient.Length / images / channels;
        ref float slopes = ref MemoryMarshal.GetReference(gradient);
        ref float winners = ref MemoryMarshal.GetReference(selected);
        Span<float> lanes = stackalloc float[2 * Lanes];
        for (int image = 0; image < images; image++)
        {
            for (int channel = 0; channel < channels; channel += Lanes)
            {
                Vector256<float> mean = Vector256.Create(means.Slice(channel, Lanes));
                Vector256<float> sum = default, moment = default;
                nuint at = ((nuint)image * (nuint)positions * (nuint)channels) + (nuint)channel;
                for (int position = 0; position < positions; position++, at += (nuint)channels)
                {
                    Vector256<float> winner = Vector256.LoadUnsafe(ref winners, at);
                    Vector256<float> alive = Vector256.Equals(winner, winner);
                    Vector256<float> slope = Vector256.LoadUnsafe(ref slopes, at) & alive;
                    sum += slope;
                    moment += (slope * (winner - mean)) & alive;
                }

                sum.CopyTo(lanes);
                moment.CopyTo(lanes[Lanes..]);
                for (int lane = 0; lane < Lanes; lane++)
                {
                    sums[channel + lane] += lanes[lane];
                    moments[channel + lane] += lanes[Lanes + lane];
                }
            }
        }
    }

    /// <summary>dL/dactivations: scale x g for the winner of a window, and for every element minus (common + (value - mean) x pull).</summary>
    /// <param name="values">Activations, as given to <see cref="Forward"/>.</param>
    /// <param name="shape">Their size.</param>
    /// <param name="selected">From <see cref="Forward"/>.</param>
    /// <param name="gradient">dL/dpooled.</param>
    /// <param name="terms">Per channel: scale, mean, common, pull.</param>
    /// <param name="result">Receives images x side x side x channels.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Backward(
        ReadOnlySpan<float> values, ActivationShape shape, ReadOnlySpan<float> selected, ReadOnlySpan<float> gradient, NormalizationTerms terms, Span<float> result)
    {
        ref float source = ref MemoryMarshal.GetReference(values);
        ref float target = ref MemoryMarshal.GetReference(result);
        ref float winners = ref MemoryMarshal.GetReference(selected);
        ref float slopes = ref MemoryMarshal.GetReference(gradient);
        nuint channels = (nuint)shape.Channels;
        nuint line = (nuint)shape.Side * channels;
        nuint at = 0;
        for (int row = 0; row < shape.Images * shape.Half; row++)
        {
            nuint to = (nuint)((row / shape.Half * shape.Side) + (row % shape.Half * 2)) * line;
            for (int column = 0; column < shape.Half; column++, to += channels)
            {
                for (nuint channel = 0; channel < channels; channel += Lanes, at += Lanes, to += Lanes)
                {
                    terms.Load(channel, out Vector256<float> scale, out Vector256<float> mean, out Vector256<float> common, out Vector256<float> pull);
                    Vector256<float> winner = Vector256.LoadUnsafe(ref winners, at);
                    Vector256<float> slope = Vector256.LoadUnsafe(ref slopes, at) * scale;
                    Vector256<float> open = Vector256<float>.AllBitsSet;
                    Element(ref source, ref target, to, winner, slope, mean, common, pull, ref open);
                    Element(ref source, ref target, to + channels, winner, slope, mean, common, pull, ref open);
                    Element(ref source, ref target, to + line, winner, slope, mean, common, pull, ref open);
                    Element(ref source, ref target, to + line + channels, winner, slope, mean, common, pull, ref open);
                }
            }
        }

        if (shape.Side % 2 == 1)
        {
            BackwardOfRest(values, shape, terms, result);
        }
    }

    /// <summary>The last row and column of an odd side: in no window, but in the batch statistics.</summary>
    private static void BackwardOfRest(ReadOnlySpan<float> values, ActivationShape shape, NormalizationTerms terms, Span<float> result)
    {
        ref float source = ref MemoryMarshal.GetReference(values);
        ref float target = ref MemoryMarshal.GetReference(result);
        int last = shape.Side - 1;
        for (int image = 0; image < shape.Images; image++)
        {
            for (int rest = 0; rest < (2 * shape.Side) - 1; rest++)
            {
                (int row, int column) = rest < shape.Side ? (last, rest) : (rest - shape.Side, last);
                nuint to = (nuint)((((image * shape.Side) + row) * shape.Side) + column) * (nuint)shape.Channels;
                for (nuint channel = 0; channel < (nuint)shape.Channels; channel += Lanes, to += Lanes)
                {
                    terms.Load(channel, out _, out Vector256<float> mean, out Vector256<float> common, out Vector256<float> pull);
                    (Vector256<float>.Zero - (((Vector256.LoadUnsafe(ref source, to) - mean) * pull) + common)).StoreUnsafe(ref target, to);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Challenge(
        Vector256<float> challenger, Vector256<float> factor, Vector256<float> offset, ref Vector256<float> best, ref Vector256<float> winner)
    {
        Vector256<float> score = (challenger * factor) + offset;
        Vector256<float> wins = Vector256.GreaterThan(score, best);
        best = Vector256.ConditionalSelect(wins, score, best);
        winner = Vector256.ConditionalSelect(wins, challenger, winner);
    }

    // The first element that equals the winner is the winner: among equals the forward pass kept the first.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Element(
        ref float source,
        ref float target,
        nuint at,
        Vector256<float> winner,
        Vector256<float> slope,
        Vector256<float> mean,
        Vector256<float> common,
        Vector256<float> pull,
        ref Vector256<float> open)
    {
        Vector256<float> value = Vector256.LoadUnsafe(ref source, at);
        Vector256<float> wins = Vector256.Equals(value, winner) & open;
        open = Vector256.AndNot(open, wins);
        ((slope & wins) - (((value - mean) * pull) + common)).StoreUnsafe(ref target, at);
    }
}
