using S2M.Numerics.Mixtures;
using S2M.Numerics.Portable;

namespace S2M.Model.Mixture;

/// <summary>
/// The M-step of given responsibilities (docs/maths.md, eq. 6-8), and the E-step that follows it (eq. 5). Rows of the support set are added in their order.
/// </summary>
internal sealed class MixtureEstimate
{
    // Of a background that no row has a share in: above 0, so that it has a logarithm. What is divided by it is multiplied by a responsibility as small.
    private const double SmallestWeight = 1e-200;

    private double[]? _deviations;

    /// <summary>Maximizes.</summary>
    /// <param name="support">x, shape (N, D), row-major.</param>
    /// <param name="size">D.</param>
    /// <param name="responsibilities">g, shape (N, K), row-major; kept, not copied.</param>
    /// <param name="components">K.</param>
    /// <param name="regularizer">eps, nu, s0, a.</param>
    /// <param name="background">The mean of the last component, which stays where it is; null where every component is fitted.</param>
    internal MixtureEstimate(double[] support, int size, double[] responsibilities, int components, MixtureRegularizer regularizer, double[]? background)
    {
        Background = background;
        (Support, Size, Responsibilities, Components, Regularizer) = (support, size, responsibilities, components, regularizer);
        Rows = support.Length / size;
        Counts = new double[components];
        MixingWeights = new double[components];
        Means = new double[components * size];
        Variances = new double[components * size];
        for (int j = 0; j < components; j++)
        {
            for (int i = 0; i < Rows; i++)
            {
                Counts[j] += responsibilities[(i * components) + j];
            }

            MixingWeights[j] = (Counts[j] + regularizer.WeightPrior) / (Rows + (components * regularizer.WeightPrior));
            if (j == Fitted)
            {
                MixingWeights[j] = Math.Max(MixingWeights[j], SmallestWeight);
                background!.CopyTo(Means, j * size);
                Variances.AsSpan(j * size, size).Fill(1.0 / size);
                continue;
            }

            Average(j);
            Spread(j);
        }
    }

    /// <summary>x, shape (N, D).</summary>
    internal double[] Support { get; }

    /// <summary>N.</summary>
    internal int Rows { get; }

    /// <summary>D.</summary>
    internal int Size { get; }

    /// <summary>K.</summary>
    internal int Components { get; }

    /// <summary>The mean of the background, which is the last component; null without one.</summary>
    internal double[]? Background { get; }

    /// <summary>Components whose means and variances are fitted.</summary>
    internal int Fitted => Background is null ? Components : Components - 1;

    /// <summary>g, shape (N, K).</summary>
    internal double[] Responsibilities { get; }

    /// <summary>eps, nu, s0, a.</summary>
    internal MixtureRegularizer Regularizer { get; }

    /// <summary>N_j, shape (K).</summary>
    internal double[] Counts { get; }

    /// <summary>pi, shape (K).</summary>
    internal double[] MixingWeights { get; }

    /// <summary>mu, shape (K, D).</summary>
    internal double[] Means { get; }

    /// <summary>s, shape (K, D).</summary>
    internal double[] Variances { get; }

    /// <summary>sqrt s, shape (K, D): the unit of means in the gradient. Taken when it is asked for first, which most steps never do.</summary>
    internal double[] Deviations => _deviations ??= [.. Variances.Select(Math.Sqrt)];

    /// <summary>A row of the support set.</summary>
    internal ReadOnlySpan<double> Row(int row) => Support.AsSpan(row * Size, Size);

    /// <summary>Rows about their mean, which far from the origin have more digits left; nothing that is fitted depends on the place.</summary>
    /// <param name="support">x, shape (N, D), row-major.</param>
    /// <param name="size">D.</param>
    internal static (double[] Rows, double[] Center) Center(ReadOnlySpan<double> support, int size)
    {
        double[] rows = support.ToArray();
        double[] center = new double[size];
        for (int from = 0; from < rows.Length; from += size)
        {
            RowMath.AddScaled(size / (double)rows.Length, rows.AsSpan(from, size), center);
        }

        for (int from = 0; from < rows.Length; from += size)
        {
            RowMath.AddScaled(-1, center, rows.AsSpan(from, size));
        }

        return (rows, center);
    }

    /// <summary>The estimate as a mixture.</summary>
    internal GaussianMixture ToMixture() => new(MixingWeights, Means, Variances);

    /// <summary>The fitted components alone, their weights divided by their sum: what scores.</summary>
    internal GaussianMixture ToSignal()
    {
        double sum = MixingWeights[..Fitted].Sum();
        return Background is null ? ToMixture() : new([.. MixingWeights[..Fitted].Select(weight => weight / sum)], Means[..(Fitted * Size)], Variances[..(Fitted * Size)]);
    }

    /// <summary>The E-step.</summary>
    /// <param name="responsibilities">Receives G(g), shape (N, K).</param>
    /// <returns>The penalized log likelihood of the estimate (docs/maths.md, eq. 31).</returns>
    internal double Expect(double[] responsibilities) => Expect(ToMixture(), Support, responsibilities) + LogPriors();

    /// <summary>The E-step of any mixture.</summary>
    /// <param name="mixture">The mixture.</param>
    /// <param name="descriptors">x, shape (N, D), row-major.</param>
    /// <param name="responsibilities">Receives g, shape (N, K).</param>
    /// <param name="logDensities">Receives log p(x), length N; empty where they are not wanted.</param>
    /// <returns>sum_i log p(x_i).</returns>
    internal static double Expect(GaussianMixture mixture, ReadOnlySpan<double> descriptors, double[] responsibilities, Span<double> logDensities = default)
    {
        mixture.LogComponentDensities(descriptors, responsibilities);
        double likelihood = 0;
        for (int row = 0; row * mixture.Components < responsibilities.Length; row++)
        {
            double logDensity = Normalize(responsibilities.AsSpan(row * mixture.Components, mixture.Components));
            likelihood += logDensity;
            if (!logDensities.IsEmpty)
            {
                logDensities[row] = logDensity;
            }
        }

        return likelihood;
    }

    // From log densities to responsibilities; what is returned is log p(x_i).
    private static double Normalize(Span<double> row)
    {
        double highest = double.NegativeInfinity;
        foreach (double value in row)
        {
            highest = Math.Max(highest, value);
        }

        double sum = 0;
        foreach (ref double value in row)
        {
            value = PortableMath.Exp(value - highest);
            sum += value;
        }

        foreach (ref double value in row)
        {
            value /= sum;
        }

        return highest + PortableMath.Log(sum);
    }

    /// <summary>The logarithms of the priors, constants left out.</summary>
    internal double LogPriors()
    {
        double sum = 0;
        if (Regularizer.WeightPrior > 0)
        {
            foreach (double weight in MixingWeights)
            {
                sum += Regularizer.WeightPrior * PortableMath.Log(weight);
            }
        }

        if (Regularizer.PriorStrength > 0)
        {
            double inverses = 0;
            foreach (double variance in Variances.AsSpan(0, Fitted * Size))
            {
                inverses += 1 / variance;
            }

            sum -= Regularizer.PriorStrength / 2 * (LogarithmSums.Of(Variances.AsSpan(0, Fitted * Size)) + (Regularizer.PriorVariance * inverses));
        }

        return sum;
    }

    private void Average(int component)
    {
        Span<double> mean = Means.AsSpan(component * Size, Size);
        for (int i = 0; i < Rows; i++)
        {
            double responsibility = Responsibilities[(i * Components) + component];
            if (responsibility != 0)
            {
                RowMath.AddScaled(responsibility, Row(i), mean);
            }
        }

        foreach (ref double value in mean)
        {
            value /= Counts[component];
        }
    }

    private void Spread(int component)
    {
        ReadOnlySpan<double> mean = Means.AsSpan(component * Size, Size);
        Span<double> variance = Variances.AsSpan(component * Size, Size);
        for (int i = 0; i < Rows; i++)
        {
            double responsibility = Responsibilities[(i * Components) + component];
            if (responsibility != 0)
            {
                DeviationMath.AddSquares(responsibility, Row(i), mean, variance);
            }
        }

        double prior = Regularizer.PriorStrength * Regularizer.PriorVariance;
        double weight = Counts[component] + Regularizer.PriorStrength;
        foreach (ref double value in variance)
        {
            value = ((value + prior) / weight) + Regularizer.VarianceOffset;
        }
    }
}
