namespace S2M.Model.Losses;

/// <summary>The layer as its authors released it, for comparison: widened range, triangles of width 4 w + c, counts not divided, scaled by 5e-5.</summary>
public sealed class PublishedHistogramLoss : HistogramLoss
{
    private const double Margin = 1e-6;
    private const double LossScale = 5e-5;

    /// <summary>Makes the loss.</summary>
    /// <param name="bins">R, at least 2.</param>
    public PublishedHistogramLoss(int bins)
        : base(bins)
    {
    }

    /// <summary>Not exactly: the margin is absolute.</summary>
    public override bool IsAffineInvariant => false;

    /// <inheritdoc/>
    protected override double EvaluateConcept(
        ReadOnlySpan<double> values, ReadOnlySpan<bool> relevant, double low, double high, Span<double> positive, Span<double> negative, Span<double> gradient)
    {
        double start = low - Margin;
        double range = high - low + (2 * Margin);
        double width = (range / Bins) + Margin;
        double support = (4 * width) + Margin;
        for (int query = 0; query < values.Length; query++)
        {
            Span<double> histogram = relevant[query] ? positive : negative;
            for (int bin = 0; bin < Bins; bin++)
            {
                histogram[bin] += Math.Max(0, 1 - (2 * Math.Abs(values[query] - Center(bin, start, range, width)) / support));
            }
        }

        double loss = 0;
        double below = 0;
        double[] negativeSlopes = new double[Bins];
        double[] positiveSlopes = new double[Bins];
        for (int bin = 0; bin < Bins; bin++)
        {
            below += positive[bin];
            loss += negative[bin] * below;
            negativeSlopes[bin] = LossScale * below;
        }

        double above = 0;
        for (int bin = Bins - 1; bin >= 0; bin--)
        {
            above += negative[bin];
            positiveSlopes[bin] = LossScale * above;
        }

        double lowGradient = 0;
        double highGradient = 0;
        for (int query = 0; query < values.Length; query++)
        {
            double[] slopes = relevant[query] ? positiveSlopes : negativeSlopes;
            for (int bin = 0; bin < Bins; bin++)
            {
                double offset = values[query] - Center(bin, start, range, width);
                if (2 * Math.Abs(offset) >= support)
                {
                    continue;
                }

                double toCenter = slopes[bin] * 2 * Math.Sign(offset) / support;
                double toSupport = slopes[bin] * 2 * Math.Abs(offset) / (support * support);
                double share = (bin + 0.5) / Bins;
                gradient[query] -= toCenter;
                lowGradient += (toCenter * (1 - share)) - (toSupport * 4 / Bins);
                highGradient += (toCenter * share) + (toSupport * 4 / Bins);
            }
        }

        ShareEnds(values, low, high, lowGradient, highGradient, gradient);
        return loss * LossScale;
    }

    private double Center(int bin, double start, double range, double width) => start + (bin * range / Bins) + (width / 2);
}
