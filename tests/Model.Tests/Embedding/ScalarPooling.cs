using S2M.Model.Embedding;

namespace S2M.Model.Tests.Embedding;

/// <summary>The arithmetic of statistics and pooling kernels one element at a time, in the order that the kernels promise.</summary>
internal static class ScalarPooling
{
    internal static (float[] Means, float[] Variances) Statistics(float[] values, int images, int channels)
    {
        int positions = values.Length / images / channels;
        float[] means = new float[channels];
        float[] variances = new float[channels];
        for (int channel = 0; channel < channels; channel++)
        {
            (double sum, double squares, double within) = (0, 0, 0);
            for (int image = 0; image < images; image++)
            {
                float[] part = [.. Enumerable.Range(0, positions).Select(position => values[(((image * positions) + position) * channels) + channel])];
                float total = 0;
                foreach (float value in part)
                {
                    total += value;
                }

                float mean = total / positions;
                float deviation = 0;
                foreach (float value in part)
                {
                    float away = value - mean;
                    deviation += away * away;
                }

                sum += mean;
                squares += (double)mean * mean;
                within += deviation;
            }

            double center = sum / images;
            double between = Math.Max(0, squares - (images * center * center));
            means[channel] = (float)center;
            variances[channel] = (float)(((within / positions) + between) / images);
        }

        return (means, variances);
    }

    internal static (float[] Pooled, float[] Selected) Forward(float[] values, ActivationShape shape, float[] scale, float[] shift)
    {
        float[] pooled = new float[shape.Images * shape.Half * shape.Half * shape.Channels];
        float[] selected = new float[pooled.Length];
        for (int at = 0; at < pooled.Length; at++)
        {
            int channel = at % shape.Channels;
            int[] window = Window(at, shape);
            float winner = values[window[0]];
            float best = (winner * scale[channel]) + shift[channel];
            foreach (int challenger in window[1..])
            {
                float score = (values[challenger] * scale[channel]) + shift[channel];
                if (score > best)
                {
                    (best, winner) = (score, values[challenger]);
                }
            }

            bool dead = best <= 0;
            pooled[at] = dead ? 0 : best;
            selected[at] = dead ? float.NaN : winner;
        }

        return (pooled, selected);
    }

    internal static (double[] Sums, double[] Moments) SumGradients(float[] gradient, float[] selected, int images, float[] means)
    {
        int channels = means.Length;
        int positions = gradient.Length / images / channels;
        double[] sums = new double[channels];
        double[] moments = new double[channels];
        for (int image = 0; image < images; image++)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                (float sum, float moment) = (0, 0);
                for (int position = 0; position < positions; position++)
                {
                    int at = (((image * positions) + position) * channels) + channel;
                    if (!float.IsNaN(selected[at]))
                    {
                        sum += gradient[at];
                        moment += gradient[at] * (selected[at] - means[channel]);
                    }
                }

                sums[channel] += sum;
                moments[channel] += moment;
            }
        }

        return (sums, moments);
    }

    internal static float[] Backward(
        float[] values, ActivationShape shape, float[] selected, float[] gradient, float[] scale, float[] means, float[] common, float[] pull)
    {
        float[] result = [.. values.Select((value, at) => 0f - (((value - means[at % shape.Channels]) * pull[at % shape.Channels]) + common[at % shape.Channels]))];
        for (int at = 0; at < selected.Length; at++)
        {
            int channel = at % shape.Channels;
            int? winner = Window(at, shape).Select(element => (int?)element).FirstOrDefault(element => values[element!.Value] == selected[at]);
            if (winner is { } element)
            {
                result[element] = (gradient[at] * scale[channel]) - (((values[element] - means[channel]) * pull[channel]) + common[channel]);
            }
        }

        return result;
    }

    // Where the four elements of a pooled one lie, row by row.
    private static int[] Window(int pooled, ActivationShape shape)
    {
        int channel = pooled % shape.Channels;
        int column = pooled / shape.Channels % shape.Half;
        int row = pooled / shape.Channels / shape.Half % shape.Half;
        int image = pooled / shape.Channels / shape.Half / shape.Half;
        int At(int down, int right) => (((((image * shape.Side) + (2 * row) + down) * shape.Side) + (2 * column) + right) * shape.Channels) + channel;
        return [At(0, 0), At(0, 1), At(1, 0), At(1, 1)];
    }
}
