using S2M.Model.Mixture;
using S2M.Numerics.Portable;

namespace S2M.Model.ImplicitDifferentiation;

/// <summary>The adjoints of one M-step and one E-step, and what they leave with examples and regularizer (docs/maths.md, eq. 36-39): collected over steps.</summary>
internal sealed class StepAdjoint
{
    private readonly int _size;
    private double _offset;
    private double _priorVariance;

    /// <summary>Begins with nothing collected.</summary>
    internal StepAdjoint(int rows, int size)
    {
        _size = size;
        Support = new double[rows * size];
    }

    /// <summary>dL/dx so far, shape (N, D).</summary>
    internal double[] Support { get; }

    /// <summary>dL/deps so far.</summary>
    internal double VarianceOffset => _offset;

    /// <summary>dL/ds0 so far.</summary>
    internal double PriorVariance => _priorVariance;

    /// <summary>A cotangent as one row for each component, in the order and the units of the features: log weight, means, log variances.</summary>
    internal static double[][] Rows(MixtureCotangent cotangent, MixtureEstimate estimate)
    {
        double[] weights = estimate.ToSignal().MixingWeights.ToArray();
        double common = estimate.Background is null ? 0 : weights.Zip(cotangent.MixingWeights, (weight, gradient) => weight * gradient).Sum();
        return [.. Enumerable.Range(0, estimate.Components).Select(j =>
        {
            // No score depends on the background itself, and those of the others not on its share.
            double[] row = new double[(2 * estimate.Size) + 1];
            if (j == estimate.Fitted)
            {
                return row;
            }

            row[0] = weights[j] * (cotangent.MixingWeights[j] - common);
            for (int d = 0; d < estimate.Size; d++)
            {
                int at = (j * estimate.Size) + d;
                row[1 + d] = cotangent.Means[at] * estimate.Deviations[at];
                row[1 + estimate.Size + d] = cotangent.Variances[at] * estimate.Variances[at];
            }

            return row;
        })];
    }

    /// <summary>c = F t of eq. 36 and 38: dL/dg of the active rows, shape (M, K).</summary>
    internal static double[] ToResponsibilities(FitFeatures features, double[][] parameters)
    {
        MixtureEstimate e = features.Estimate;
        double[] values = new double[features.ActiveRows.Length * parameters.Length];
        double[] linear = new double[e.Size];
        double[] quadratic = new double[e.Size];
        for (int j = 0; j < parameters.Length; j++)
        {
            // What <f_ij, t_j> has that depends on no row.
            double constant = features.WeightEffect(j) * parameters[j][0];
            double strength = e.Counts[j] + e.Regularizer.PriorStrength;
            for (int d = 0; d < e.Size && j != e.Fitted; d++)
            {
                int at = (j * e.Size) + d;
                linear[d] = parameters[j][1 + d] / (e.Deviations[at] * e.Counts[j]);
                quadratic[d] = parameters[j][1 + e.Size + d] / (e.Variances[at] * strength);
                constant += quadratic[d] * (e.Regularizer.VarianceOffset - e.Variances[at]);
            }

            for (int active = 0; active < features.ActiveRows.Length; active++)
            {
                values[(active * parameters.Length) + j] = constant
                    + (j == e.Fitted ? 0 : DeviationMath.Evaluate(e.Row(features.ActiveRows[active]), e.Means.AsSpan(j * e.Size, e.Size), linear, quadratic));
            }
        }

        return values;
    }

    /// <summary>t += B^T l: dL/d(log pi, mu / sqrt s, log s) through the log densities.</summary>
    /// <param name="features">The factors.</param>
    /// <param name="logDensities">l, shape (M, K).</param>
    /// <param name="parameters">t by component; added to.</param>
    internal static void AddToParameters(FitFeatures features, double[] logDensities, double[][] parameters)
    {
        MixtureEstimate e = features.Estimate;
        double[] deviations = new double[e.Size];
        double[] squares = new double[e.Size];
        for (int j = 0; j < parameters.Length; j++)
        {
            double sum = 0;
            Array.Clear(deviations);
            Array.Clear(squares);
            for (int active = 0; active < features.ActiveRows.Length; active++)
            {
                double share = logDensities[(active * parameters.Length) + j];
                sum += share;
                if (j == e.Fitted)
                {
                    continue;
                }

                DeviationMath.AddMoments(share, e.Row(features.ActiveRows[active]), e.Means.AsSpan(j * e.Size, e.Size), deviations, squares);
            }

            parameters[j][0] += sum;
            for (int d = 0; d < e.Size && j != e.Fitted; d++)
            {
                int at = (j * e.Size) + d;
                parameters[j][1 + d] += deviations[d] / e.Deviations[at];
                parameters[j][1 + e.Size + d] += ((squares[d] / e.Variances[at]) - sum) / 2;
            }
        }
    }

    /// <summary>Collects what an M-step leaves with examples and regularizer: responsibilities fixed.</summary>
    /// <param name="estimate">The M-step.</param>
    /// <param name="parameters">t by component.</param>
    internal void CollectMaximization(MixtureEstimate estimate, double[][] parameters)
    {
        double[] constant = new double[_size];
        double[] slope = new double[_size];
        for (int j = 0; j < estimate.Fitted; j++)
        {
            double count = estimate.Counts[j];
            double strength = count + estimate.Regularizer.PriorStrength;
            double ofVariances = 0;
            for (int d = 0; d < _size; d++)
            {
                int at = (j * _size) + d;
                double ofVariance = parameters[j][1 + _size + d] / estimate.Variances[at];
                ofVariances += ofVariance;
                constant[d] = parameters[j][1 + d] / (estimate.Deviations[at] * count);
                slope[d] = 2 * ofVariance / strength;
            }

            _offset += ofVariances;
            _priorVariance += ofVariances * estimate.Regularizer.PriorStrength / strength;
            for (int i = 0; i < estimate.Rows; i++)
            {
                double responsibility = estimate.Responsibilities[(i * estimate.Components) + j];
                AddLine(estimate, i, j, responsibility, constant, slope);
            }
        }
    }

    /// <summary>Collects what an E-step leaves with examples: parameters fixed.</summary>
    /// <param name="features">The factors.</param>
    /// <param name="logDensities">l, shape (M, K).</param>
    internal void CollectExpectation(FitFeatures features, double[] logDensities)
    {
        MixtureEstimate e = features.Estimate;
        double[] constant = new double[_size];
        for (int j = 0; j < e.Components; j++)
        {
            double[] precisions = [.. e.Variances.AsSpan(j * _size, _size).ToArray().Select(variance => 1 / variance)];
            for (int active = 0; active < features.ActiveRows.Length; active++)
            {
                AddLine(e, features.ActiveRows[active], j, -logDensities[(active * e.Components) + j], constant, precisions);
            }
        }
    }

    private void AddLine(MixtureEstimate estimate, int row, int component, double factor, double[] constant, double[] slope)
    {
        if (factor != 0)
        {
            DeviationMath.AddLine(factor, estimate.Row(row), estimate.Means.AsSpan(component * _size, _size), constant, slope, Support.AsSpan(row * _size, _size));
        }
    }
}
