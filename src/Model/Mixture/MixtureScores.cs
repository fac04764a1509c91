using S2M.Model.ImplicitDifferentiation;
using S2M.Numerics.Mixtures;
using S2M.Numerics.Portable;

namespace S2M.Model.Mixture;

/// <summary>Log densities of queries under one mixture, and their gradient (docs/maths.md, eq. 3-5 and 18-21).</summary>
internal sealed class MixtureScores
{
    private readonly GaussianMixture _mixture;
    private readonly double[] _queries;
    private readonly double[] _responsibilities;

    /// <summary>Scores.</summary>
    /// <param name="mixture">The concept.</param>
    /// <param name="queries">y, shape (Q, D), row-major; kept.</param>
    /// <param name="logDensities">Receives log p(y), length Q.</param>
    internal MixtureScores(GaussianMixture mixture, double[] queries, Span<double> logDensities)
    {
        (_mixture, _queries) = (mixture, queries);
        _responsibilities = new double[logDensities.Length * mixture.Components];
        MixtureEstimate.Expect(mixture, queries, _responsibilities, logDensities);
    }

    /// <summary>The gradient of a loss by queries and mixture.</summary>
    /// <param name="cotangents">v = dL/dlog p(y), length Q.</param>
    /// <param name="queryGradient">dL/dy, shape (Q, D), row-major; added to. Empty where it is not wanted.</param>
    internal MixtureCotangent Backward(ReadOnlySpan<double> cotangents, Span<double> queryGradient)
    {
        int size = _mixture.Size;
        int components = _mixture.Components;
        double[] weights = new double[components];
        double[] means = new double[components * size];
        double[] variances = new double[components * size];
        double[] scaled = new double[size];
        double[] squares = new double[size];
        for (int y = 0; y < cotangents.Length; y++)
        {
            ReadOnlySpan<double> query = _queries.AsSpan(y * size, size);
            for (int j = 0; j < components; j++)
            {
                double share = cotangents[y] * _responsibilities[(y * components) + j];
                if (share == 0)
                {
                    continue;
                }

                ReadOnlySpan<double> mean = _mixture.Means.Slice(j * size, size);
                ReadOnlySpan<double> precision = _mixture.Precisions.Slice(j * size, size);
                for (int d = 0; d < size; d++)
                {
                    scaled[d] = (query[d] - mean[d]) * precision[d];
                    squares[d] = (scaled[d] * scaled[d]) - precision[d];
                }

                weights[j] += share / _mixture.MixingWeights[j];
                RowMath.AddScaled(share, scaled, means.AsSpan(j * size, size));
                RowMath.AddScaled(share / 2, squares, variances.AsSpan(j * size, size));
                if (!queryGradient.IsEmpty)
                {
                    RowMath.AddScaled(-share, scaled, queryGradient.Slice(y * size, size));
                }
            }
        }

        return new MixtureCotangent(weights, means, variances);
    }
}
