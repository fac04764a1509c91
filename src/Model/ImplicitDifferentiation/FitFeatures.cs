using S2M.Model.Mixture;
using S2M.Numerics.Portable;

namespace S2M.Model.ImplicitDifferentiation;

/// <summary>
/// The derivative of one step of expectation-maximization in factors: what a responsibility does to the M-step's parameters (f of eq. 33), and what those do to
/// the log densities (b of eq. 34), both in units of the mixture itself (log pi, mu / sqrt s, log s), so that no unit of descriptors tells a matrix from a
/// singular one. Factors are made where they are used and not kept. Only rows whose responsibilities can move take part.
/// </summary>
internal sealed class FitFeatures
{
    // sum_j g_ij (1 - g_ij) of a row that belongs to one component alone.
    private const double Certain = 1e-17;

    // Dimensions whose factors are made at once, and stay in the nearest cache while every row meets every row.
    private const int Panel = 32;
    private const int Lanes = 4;

    /// <summary>Finds the rows that take part.</summary>
    /// <param name="estimate">An M-step.</param>
    /// <param name="expected">Responsibilities of the E-step that follows it, shape (N, K): the same as the estimate's own at a fixed point.</param>
    internal FitFeatures(MixtureEstimate estimate, double[] expected)
    {
        (Estimate, Expected) = (estimate, expected);
        ActiveRows = [.. Enumerable.Range(0, estimate.Rows).Where(IsActive)];
    }

    /// <summary>The M-step.</summary>
    internal MixtureEstimate Estimate { get; }

    /// <summary>Responsibilities of the E-step, shape (N, K).</summary>
    internal double[] Expected { get; }

    /// <summary>Rows of the support set that take part: M of them.</summary>
    internal int[] ActiveRows { get; }

    /// <summary>Parameters of a component: weight, means and variances, 2 D + 1.</summary>
    internal int Width => (2 * Estimate.Size) + 1;

    /// <summary>Where an element of an array of the active rows, shape (M, K), lies in one of all rows.</summary>
    internal int CellOf(int element) => (ActiveRows[element / Estimate.Components] * Estimate.Components) + (element % Estimate.Components);

    /// <summary>What a responsibility does to the log weight of a component, the first element of f.</summary>
    internal double WeightEffect(int component)
        => 1 / ((Estimate.Rows + (Estimate.Components * Estimate.Regularizer.WeightPrior)) * Estimate.MixingWeights[component]);

    /// <summary>
    /// K^j of eq. 35 for each component: how its log densities follow from its responsibilities, shape (M, M). Up to the variance offset, which adds the same to a
    /// whole column, f and b differ by factors of their elements alone: with their geometric mean half of the products are enough.
    /// </summary>
    internal double[][] Couplings() => [.. Enumerable.Range(0, Estimate.Components).Select(CouplingOf)];

    /// <summary>P_i v of every active row: from log densities to responsibilities.</summary>
    /// <param name="values">v, shape (M, K); replaced.</param>
    internal void Soften(Span<double> values)
    {
        for (int active = 0; active < ActiveRows.Length; active++)
        {
            Soften(active, values.Slice(active * Estimate.Components, Estimate.Components));
        }
    }

    /// <summary>f and b of one row and a component, each of <see cref="Width"/>.</summary>
    /// <param name="component">j.</param>
    /// <param name="active">Which of the active rows.</param>
    /// <param name="effects">Receives f.</param>
    /// <param name="slopes">Receives b.</param>
    internal void Fill(int component, int active, Span<double> effects, Span<double> slopes)
    {
        (effects[0], slopes[0]) = (WeightEffect(component), 1);
        if (component == Estimate.Fitted)
        {
            // Responsibilities move the background's weight alone, and no parameter of it is asked for.
            effects[1..].Clear();
            slopes[1..].Clear();
            return;
        }

        ReadOnlySpan<double> row = Estimate.Row(ActiveRows[active]);
        double count = Estimate.Counts[component];
        double strength = count + Estimate.Regularizer.PriorStrength;
        for (int d = 0; d < row.Length; d++)
        {
            int at = (component * row.Length) + d;
            double deviation = row[d] - Estimate.Means[at];
            double excess = (deviation * deviation) - Estimate.Variances[at];
            slopes[1 + d] = deviation / Estimate.Deviations[at];
            effects[1 + d] = slopes[1 + d] / count;
            slopes[1 + row.Length + d] = excess / Estimate.Variances[at] / 2;
            effects[1 + row.Length + d] = (excess + Estimate.Regularizer.VarianceOffset) / Estimate.Variances[at] / strength;
        }
    }

    private void Soften(int active, Span<double> values)
    {
        ReadOnlySpan<double> responsibilities = Expected.AsSpan(ActiveRows[active] * Estimate.Components, Estimate.Components);
        double mean = 0;
        for (int j = 0; j < values.Length; j++)
        {
            mean += responsibilities[j] * values[j];
        }

        for (int j = 0; j < values.Length; j++)
        {
            values[j] = responsibilities[j] * (values[j] - mean);
        }
    }

    private double[] CouplingOf(int component)
    {
        int count = ActiveRows.Length;
        double[] products = new double[count * count];
        double[] ofOffset = new double[count];
        if (component != Estimate.Fitted && count > 0)
        {
            AddProducts(component, products, ofOffset);
        }

        double weight = WeightEffect(component);
        for (int i = 0; i < count; i++)
        {
            for (int m = i; m < count; m++)
            {
                double product = products[(i * count) + m] + weight;
                (products[(i * count) + m], products[(m * count) + i]) = (product + ofOffset[m], product + ofOffset[i]);
            }
        }

        return products;
    }

    // Means: d / sqrt(s N_j). Variances: (d^2 / s - 1) / sqrt(2 (N_j + nu)), for f without eps is 2 / (N_j + nu) times b.
    private void AddProducts(int component, double[] products, double[] ofOffset)
    {
        MixtureEstimate e = Estimate;
        double strength = e.Counts[component] + e.Regularizer.PriorStrength;
        double shift = -1 / Math.Sqrt(2 * strength);
        ReadOnlySpan<double> mean = e.Means.AsSpan(component * e.Size, e.Size);
        double[] ofMeans = new double[e.Size];
        double[] ofVariances = new double[e.Size];
        double[] offsets = new double[e.Size];
        for (int d = 0; d < e.Size; d++)
        {
            double precision = 1 / e.Variances[(component * e.Size) + d];
            ofMeans[d] = Math.Sqrt(precision / e.Counts[component]);
            ofVariances[d] = -shift * precision;
            offsets[d] = e.Regularizer.VarianceOffset * precision / Math.Sqrt(2 * strength);
        }

        double[] panel = new double[ActiveRows.Length * 2 * Panel];
        for (int from = 0; from < e.Size; from += Panel)
        {
            int length = Math.Min(Panel, e.Size - from);
            int width = ((2 * length) + Lanes - 1) / Lanes * Lanes;
            for (int active = 0; active < ActiveRows.Length; active++)
            {
                ReadOnlySpan<double> row = e.Row(ActiveRows[active]).Slice(from, length);
                Span<double> factors = panel.AsSpan(active * width, width);
                Span<double> variances = factors.Slice(length, length);
                DeviationMath.Scale(row, mean.Slice(from, length), ofMeans.AsSpan(from, length), factors[..length]);
                DeviationMath.ScaleSquares(row, mean.Slice(from, length), ofVariances.AsSpan(from, length), shift, variances);
                factors[(2 * length)..].Clear();
                ofOffset[active] += RowMath.Dot(offsets.AsSpan(from, length), variances);
            }

            RowMath.AddProductsOfRows(panel.AsSpan(0, ActiveRows.Length * width), width, products);
        }
    }

    private bool IsActive(int row)
    {
        double spread = 0;
        foreach (double responsibility in Expected.AsSpan(row * Estimate.Components, Estimate.Components))
        {
            spread += responsibility * (1 - responsibility);
        }

        return spread >= Certain;
    }
}
