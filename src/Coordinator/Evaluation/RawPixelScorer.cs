using S2M.Data.Images;
using S2M.Data.Sampling;

namespace S2M.Coordinator.Evaluation;

/// <summary>Nearest mean of pixels: how far one comes without a network.</summary>
/// <param name="gallery">The gallery's images, in its order.</param>
/// <param name="images">Decoded images.</param>
/// <param name="format">What they are decoded to.</param>
internal sealed class RawPixelScorer(IReadOnlyList<PoolImage> gallery, DecodedImages images, ImageFormat format) : IGroupScorer
{
    private readonly Dictionary<int, float[]> _turned = [];

    /// <inheritdoc/>
    public string Name => "raw_pixels";

    /// <inheritdoc/>
    public Task<IReadOnlyList<double[]>> ScoreAsync(IReadOnlyList<EpisodeGroup> groups, CancellationToken cancellationToken)
        => Task.Run<IReadOnlyList<double[]>>(
            () =>
            {
                var scores = new List<double[]>(groups.Count);
                foreach (EpisodeGroup group in groups)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    scores.Add(Score(group));
                }

                return scores;
            },
            cancellationToken);

    private double[] Score(EpisodeGroup group)
    {
        float[][] queries = [.. group.Concepts.SelectMany(concept => concept.Positives).Select(PixelsOf)];
        double[] scores = new double[group.Concepts.Count * queries.Length];
        float[] mean = new float[format.PixelCount];
        for (int concept = 0; concept < group.Concepts.Count; concept++)
        {
            Array.Clear(mean);
            foreach (float[] pixels in group.Concepts[concept].Support.Select(PixelsOf))
            {
                for (int i = 0; i < mean.Length; i++)
                {
                    mean[i] += pixels[i] / group.Concepts[concept].Support.Count;
                }
            }

            for (int query = 0; query < queries.Length; query++)
            {
                scores[(concept * queries.Length) + query] = -SquaredDistance(queries[query], mean);
            }
        }

        return scores;
    }

    private static float SquaredDistance(float[] left, float[] right)
    {
        float sum = 0;
        for (int i = 0; i < left.Length; i++)
        {
            float difference = left[i] - right[i];
            sum += difference * difference;
        }

        return sum;
    }

    private float[] PixelsOf(int row)
    {
        if (!_turned.TryGetValue(row, out float[]? pixels))
        {
            pixels = new float[format.PixelCount];
            QuarterTurns.Turn(images.Get(gallery[row].Image, format).Span, format, gallery[row].QuarterTurns, pixels);
            _turned.Add(row, pixels);
        }

        return pixels;
    }
}
