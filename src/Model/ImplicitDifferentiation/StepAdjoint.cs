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

    /// <summary>A cotangent as one row for each component, in the order of the features: weight, means, variances, zeros.</summary>
    internal static double[][] Rows(MixtureCotangent cotangent, int size, int width)
        => [.. cotangent.MixingWeights.Select((weight, j) =>
        {
            double[] row = new double[width];
            row[0] = weight;
            cotangent.Means.AsSpan(j * size, size).CopyTo(row.AsSpan(1));
            cotangent.Variances.AsSpan(j * size, size).CopyTo(row.AsSpan(1 + size));
            return row;
        })];

    /// <summary>c = F t of eq. 37: dL/dg of the active rows, shape (M, K).</summary>
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

    /// <summary>t += B^T l: dL/d(pi, mu, s) through the log densities.</summary>
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
        for (int j = 0; j < parameters.Length; j++)
        {
            double count = estimate.Counts[j];
            double strength = count + estimate.Regularizer.PriorStrength;
            ReadOnlySpan<double> means = parameters[j].AsSpan(1, _size);
            ReadOnlySpan<double> variances = parameters[j].AsSpan(1 + _size, _size);
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
                // The slopes of means are (x - mu) / s, which is minus the slope of the example itself.
                RowMath.AddScaled(-logDensities[(active * components) + j], features.Slopes[j].AsSpan((active * features.Width) + 1, _size), target);
            }
        }
    }
}
