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

    /// <summary>A cotangent as one row for each component, in the order and the units of the features: log weight, means, log variances, zeros.</summary>
    internal static double[][] Rows(MixtureCotangent cotangent, MixtureEstimate estimate, int width)
    {
        double[] weights = estimate.ToSignal().MixingWeights.ToArray();
        double common = estimate.Background is null ? 0 : weights.Zip(cotangent.MixingWeights, (weight, gradient) => weight * gradient).Sum();
        return [.. Enumerable.Range(0, estimate.Components).Select(j =>
        {
            // No score depends on the background itself, and those of the others not on its share.
            double[] row = new double[width];
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
        double[] values = new double[features.ActiveRows.Length * parameters.Length];
        for (int active = 0; active < features.ActiveRows.Length; active++)
        {
            for (int j = 0; j < parameters.Length; j++)
            {
                values[(active * parameters.Length) + j] = RowMath.Dot(features.Effects[j].AsSpan(active * features.Width, features.Width), parameters[j]);
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
        for (int active = 0; active < features.ActiveRows.Length; active++)
        {
            for (int j = 0; j < parameters.Length; j++)
            {
                RowMath.AddScaled(logDensities[(active * parameters.Length) + j], features.Slopes[j].AsSpan(active * features.Width, features.Width), parameters[j]);
            }
        }
    }

    /// <summary>Collects what an M-step leaves with examples and regularizer: responsibilities fixed.</summary>
    /// <param name="estimate">The M-step.</param>
    /// <param name="parameters">t by component.</param>
    internal void CollectMaximization(MixtureEstimate estimate, double[][] parameters)
    {
        for (int j = 0; j < estimate.Fitted; j++)
        {
            double count = estimate.Counts[j];
            double strength = count + estimate.Regularizer.PriorStrength;
            (double[] means, double[] variances) = InUnitsOfDescriptors(estimate, j, parameters[j]);
            ReadOnlySpan<double> mean = estimate.Means.AsSpan(j * _size, _size);
            double ofVariances = 0;
            foreach (double value in variances)
            {
                ofVariances += value;
            }

            _offset += ofVariances;
            _priorVariance += ofVariances * estimate.Regularizer.PriorStrength / strength;
            for (int i = 0; i < estimate.Rows; i++)
            {
                double responsibility = estimate.Responsibilities[(i * estimate.Components) + j];
                if (responsibility == 0)
                {
                    continue;
                }

                ReadOnlySpan<double> row = estimate.Row(i);
                Span<double> target = Support.AsSpan(i * _size, _size);
                for (int d = 0; d < target.Length; d++)
                {
                    target[d] += responsibility * ((means[d] / count) + (2 * variances[d] * (row[d] - mean[d]) / strength));
                }
            }
        }
    }

    private (double[] Means, double[] Variances) InUnitsOfDescriptors(MixtureEstimate estimate, int component, double[] parameters)
    {
        double[] means = new double[_size];
        double[] variances = new double[_size];
        for (int d = 0; d < _size; d++)
        {
            int at = (component * _size) + d;
            means[d] = parameters[1 + d] / estimate.Deviations[at];
            variances[d] = parameters[1 + _size + d] / estimate.Variances[at];
        }

        return (means, variances);
    }

    /// <summary>Collects what an E-step leaves with examples: parameters fixed.</summary>
    /// <param name="features">The factors.</param>
    /// <param name="logDensities">l, shape (M, K).</param>
    internal void CollectExpectation(FitFeatures features, double[] logDensities)
    {
        int components = features.Estimate.Components;
        for (int active = 0; active < features.ActiveRows.Length; active++)
        {
            Span<double> target = Support.AsSpan(features.ActiveRows[active] * _size, _size);
            for (int j = 0; j < components; j++)
            {
                // The slopes of means are (x - mu) / sqrt s, that of the example itself is minus (x - mu) / s.
                double share = logDensities[(active * components) + j];
                ReadOnlySpan<double> slopes = features.Slopes[j].AsSpan((active * features.Width) + 1, _size);
                for (int d = 0; d < target.Length; d++)
                {
                    target[d] -= share * slopes[d] / features.Estimate.Deviations[(j * _size) + d];
                }
            }
        }
    }
}
