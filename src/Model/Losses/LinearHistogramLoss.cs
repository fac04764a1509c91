namespace S2M.Model.Losses;

/// <summary>
/// Linear soft assignment to R nodes over [lo, hi], each histogram divided by its own count. A tie within a bin costs nothing
/// (<c>slides</c>) or one half (<c>midpoint</c>, the exact complement of the AUC of the histograms).
/// </summary>
public sealed class LinearHistogramLoss : HistogramLoss
{
    private readonly double _tieCost;

    /// <summary>Makes the loss.</summary>
    /// <param name="bins">R, at least 2.</param>
    /// <param name="midpoint">Whether a tie within a bin costs one half instead of nothing.</param>
    public LinearHistogramLoss(int bins, bool midpoint)
        : base(bins)
        => _tieCost = midpoint ? 0.5 : 0;

    /// <inheritdoc/>
    public override bool IsAffineInvariant => true;

    /// <inheritdoc/>
    protected override double EvaluateConcept(
        ReadOnlySpan<double> values, ReadOnlySpan<bool> relevant, double low, double high, Span<double> positive, Span<double> negative, Span<double> gradient)
    {
        double slope = (Bins - 1) / (high - low);
        int positives = 0;
        for (int query = 0; query < values.Length; query++)
        {
            (int node, double fraction) = Locate(values[query], low, slope);
            Span<double> histogram = relevant[query] ? positive : negative;
            histogram[node] += 1 - fraction;
            histogram[node + 1] += fraction;
            positives += relevant[query] ? 1 : 0;
        }

        int negatives = values.Length - positives;
        double loss = 0;
        double above = 0;
        for (int node = Bins - 1; node >= 0; node--)
        {
            positive[node] /= positives;
            negative[node] /= negatives;
            loss += positive[node] * (above + (_tieCost * negative[node]));
            above += negative[node];
        }

        double range = high - low;
        double lowGradient = 0;
        double highGradient = 0;
        for (int query = 0; query < values.Length; query++)
        {
            (int node, _) = Locate(values[query], low, slope);

            // dL/du: the difference of the loss' slopes at the two nodes a value is shared between.
            double step = relevant[query]
                ? -(((1 - _tieCost) * negative[node + 1]) + (_tieCost * negative[node])) / positives
                : (((1 - _tieCost) * positive[node]) + (_tieCost * positive[node + 1])) / negatives;
            gradient[query] = step * slope;
            lowGradient -= step * slope * ((high - values[query]) / range);
            highGradient -= step * slope * ((values[query] - low) / range);
        }

        ShareEnds(values, low, high, lowGradient, highGradient, gradient);
        return loss;
    }

    private (int Node, double Fraction) Locate(double value, double low, double slope)
    {
        double position = (value - low) * slope;
        int node = Math.Min((int)Math.Floor(position), Bins - 2);
        return (node, position - node);
    }
}
