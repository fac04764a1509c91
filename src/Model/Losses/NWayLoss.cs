using S2M.Numerics.Portable;

namespace S2M.Model.Losses;

/// <summary>Cross-entropy of softmax over concepts of d / T, mean over the queries that have a concept (docs/maths.md, n-way loss).</summary>
public sealed class NWayLoss : GroupLoss
{
    /// <inheritdoc/>
    public override bool IsAffineInvariant => false;

    /// <inheritdoc/>
    public override LossValue Evaluate(GroupScores scores, double temperature, Span<double> gradient)
    {
        gradient.Clear();
        int owned = 0;
        foreach (int owner in scores.Owners)
        {
            owned += owner >= 0 ? 1 : 0;
        }

        double loss = 0;
        double logTemperatureGradient = 0;
        double scale = 1 / (owned * temperature);
        for (int query = 0; query < scores.Queries; query++)
        {
            int owner = scores.Owners[query];
            if (owner < 0)
            {
                continue;
            }

            double highest = double.NegativeInfinity;
            for (int concept = 0; concept < scores.Concepts; concept++)
            {
                highest = Math.Max(highest, scores.Values[(concept * scores.Queries) + query]);
            }

            double sum = 0;
            for (int concept = 0; concept < scores.Concepts; concept++)
            {
                int cell = (concept * scores.Queries) + query;
                double weight = PortableMath.Exp((scores.Values[cell] - highest) / temperature);
                gradient[cell] = weight;
                sum += weight;
            }

            loss += PortableMath.Log(sum) - ((scores.Values[(owner * scores.Queries) + query] - highest) / temperature);
            for (int concept = 0; concept < scores.Concepts; concept++)
            {
                int cell = (concept * scores.Queries) + query;
                double cotangent = ((gradient[cell] / sum) - (concept == owner ? 1 : 0)) * scale;
                gradient[cell] = cotangent;

                // dL/dlog T = - sum v d; the maximum is taken off, since v sums to 0 over the concepts.
                logTemperatureGradient -= cotangent * (scores.Values[cell] - highest);
            }
        }

        return new LossValue(loss / owned, logTemperatureGradient, 0);
    }
}
