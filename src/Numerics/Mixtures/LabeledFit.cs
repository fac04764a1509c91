namespace S2M.Numerics.Mixtures;

/// <summary>The mixture of examples whose components are known: a Gaussian for each label, weighted by its share.</summary>
public static class LabeledFit
{
    /// <summary>Fits (docs/maths.md, eqs. 6-8 with the labels as responsibilities, nu = a = 0).</summary>
    /// <param name="descriptors">x, shape (N, D), row-major.</param>
    /// <param name="size">D.</param>
    /// <param name="labels">
    /// The component of each example, from 0; negative for an example that belongs to none and is left out. A label that no example has gives no component.
    /// </param>
    /// <param name="varianceOffset">eps, above 0; added to every variance.</param>
    /// <returns>The mixture, its components in the order of the labels.</returns>
    /// <exception cref="ArgumentException">A length does not fit, eps is not above 0, or every example is left out.</exception>
    public static GaussianMixture Fit(ReadOnlySpan<double> descriptors, int size, IReadOnlyList<int> labels, double varianceOffset)
    {
        int[] present = [.. labels.Where(label => label >= 0).Distinct().Order()];
        if (size < 1 || descriptors.Length != (long)labels.Count * size || present.Length == 0 || !(varianceOffset > 0))
        {
            throw new ArgumentException(
                $"expected a label for each row of {size} values, at least one of them 0 or more, and an offset above 0, "
                + $"got {labels.Count} labels, {descriptors.Length} values and {varianceOffset}");
        }

        int all = labels.Count(label => label >= 0);
        double[] weights = new double[present.Length];
        double[] means = new double[present.Length * size];
        double[] variances = new double[present.Length * size];
        for (int component = 0; component < present.Length; component++)
        {
            int[] rows = [.. Enumerable.Range(0, labels.Count).Where(row => labels[row] == present[component])];
            weights[component] = (double)rows.Length / all;
            Span<double> mean = means.AsSpan(component * size, size);
            Span<double> variance = variances.AsSpan(component * size, size);
            foreach (int row in rows)
            {
                for (int d = 0; d < size; d++)
                {
                    mean[d] += descriptors[(row * size) + d] / rows.Length;
                }
            }

            foreach (int row in rows)
            {
                for (int d = 0; d < size; d++)
                {
                    double difference = descriptors[(row * size) + d] - mean[d];
                    variance[d] += difference * difference / rows.Length;
                }
            }

            for (int d = 0; d < size; d++)
            {
                variance[d] += varianceOffset;
            }
        }

        return new GaussianMixture(weights, means, variances);
    }
}
