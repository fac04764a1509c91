namespace S2M.Model.Losses;

/// <summary>
/// Probability that a negative outranks a positive, from soft histograms of one concept's scores; the group's loss is the mean over concepts
/// (Ustinova and Lempitsky 2016; docs/maths.md, Losses). The forms differ in <see cref="EvaluateConcept"/>.
/// </summary>
public abstract class HistogramLoss : GroupLoss
{
    private const double FlatRange = 1e-12;

    /// <summary>Sets the number of bins.</summary>
    /// <param name="bins">R, at least 2.</param>
    /// <exception cref="Set2ModelException">Fewer than 2 bins.</exception>
    protected HistogramLoss(int bins)
        => Bins = bins >= 2 ? bins : throw new Set2ModelException($"loss.bins: expected at least 2, got {bins}");

    /// <summary>R.</summary>
    public int Bins { get; }

    /// <inheritdoc/>
    public override LossValue Evaluate(GroupScores scores, double temperature, Span<double> gradient)
    {
        double loss = 0;
        int flat = 0;
        double[] positive = new double[Bins];
        double[] negative = new double[Bins];
        bool[] relevant = new bool[scores.Queries];
        gradient.Clear();
        for (int concept = 0; concept < scores.Concepts; concept++)
        {
            ReadOnlySpan<double> values = scores.Values.Slice(concept * scores.Queries, scores.Queries);
            Span<double> cotangents = gradient.Slice(concept * scores.Queries, scores.Queries);
            for (int query = 0; query < scores.Queries; query++)
            {
                relevant[query] = scores.Owners[query] == concept;
            }

            (double low, double high) = Range(values);
            if (!double.IsFinite(high - low))
            {
                // No histogram can be drawn: the episode counts as not finite and is left out.
                return new LossValue(double.NaN, 0, 0);
            }

            if (high - low <= FlatRange * Math.Max(1, Math.Max(Math.Abs(low), Math.Abs(high))))
            {
                loss += 0.5;
                flat++;
                continue;
            }

            Array.Clear(positive);
            Array.Clear(negative);
            loss += EvaluateConcept(values, relevant, low, high, positive, negative, cotangents);
        }

        foreach (ref double cotangent in gradient)
        {
            cotangent /= scores.Concepts;
        }

        return new LossValue(loss / scores.Concepts, 0, flat);
    }

    /// <summary>Loss and gradient of one concept.</summary>
    /// <param name="values">Scores d, length Q.</param>
    /// <param name="relevant">Which of them are positives, length Q.</param>
    /// <param name="low">The lowest score.</param>
    /// <param name="high">The highest score.</param>
    /// <param name="positive">h+, zeroed, length R.</param>
    /// <param name="negative">h-, zeroed, length R.</param>
    /// <param name="gradient">Receives dL/dd, length Q, zeroed.</param>
    protected abstract double EvaluateConcept(
        ReadOnlySpan<double> values, ReadOnlySpan<bool> relevant, double low, double high, Span<double> positive, Span<double> negative, Span<double> gradient);

    /// <summary>Shares the gradients to the ends of the range equally over the scores that lie there.</summary>
    private protected static void ShareEnds(ReadOnlySpan<double> values, double low, double high, double lowGradient, double highGradient, Span<double> gradient)
    {
        int atLow = 0;
        int atHigh = 0;
        foreach (double value in values)
        {
            atLow += value == low ? 1 : 0;
            atHigh += value == high ? 1 : 0;
        }

        for (int query = 0; query < values.Length; query++)
        {
            gradient[query] += values[query] == low ? lowGradient / atLow : 0;
            gradient[query] += values[query] == high ? highGradient / atHigh : 0;
        }
    }

    private static (double Low, double High) Range(ReadOnlySpan<double> values)
    {
        double low = values[0];
        double high = values[0];
        foreach (double value in values)
        {
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }

        return (low, high);
    }
}
