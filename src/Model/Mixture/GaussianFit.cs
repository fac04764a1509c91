using S2M.Numerics.Mixtures;

namespace S2M.Model.Mixture;

/// <summary>The closed-form fit of one Gaussian to a support set, as a value (docs/maths.md, eq. 9); <see cref="DiagonalGaussians"/> is its form for training.</summary>
public static class GaussianFit
{
    /// <summary>Fits.</summary>
    /// <param name="pool">Normalised descriptors, row by row, float64.</param>
    /// <param name="size">D.</param>
    /// <param name="support">Rows of the support set, at least one.</param>
    /// <param name="varianceOffset">eps, added to the variances, greater than 0; null for variances of 1, nearest class mean.</param>
    /// <exception cref="Set2ModelException">There is no example, one is not finite, or eps is out of its range.</exception>
    public static GaussianMixture Fit(ReadOnlySpan<double> pool, int size, IReadOnlyList<int> support, double? varianceOffset)
    {
        ArgumentNullException.ThrowIfNull(support);
        if (size < 1 || support.Count < 1 || !(varianceOffset is null or (> 0 and < double.PositiveInfinity)))
        {
            throw new Set2ModelException(
                $"support: expected at least 1 row of at least 1 value and a variance offset above 0, got {support.Count} of {size} and {varianceOffset}; correct them");
        }

        double[] means = new double[size];
        double[] variances = new double[size];
        foreach (int row in support)
        {
            ReadOnlySpan<double> descriptor = pool.Slice(row * size, size);
            for (int d = 0; d < size; d++)
            {
                means[d] += descriptor[d];
            }
        }

        for (int d = 0; d < size; d++)
        {
            means[d] /= support.Count;
        }

        if (Array.Exists(means, static mean => !double.IsFinite(mean)))
        {
            throw new Set2ModelException("support: expected finite values, got others; look for descriptors that are not finite");
        }

        if (varianceOffset is not { } offset)
        {
            Array.Fill(variances, 1);
            return new GaussianMixture([1], means, variances);
        }

        foreach (int row in support)
        {
            ReadOnlySpan<double> descriptor = pool.Slice(row * size, size);
            for (int d = 0; d < size; d++)
            {
                double deviation = descriptor[d] - means[d];
                variances[d] += deviation * deviation;
            }
        }

        for (int d = 0; d < size; d++)
        {
            variances[d] = (variances[d] / support.Count) + offset;
        }

        return new GaussianMixture([1], means, variances);
    }
}
