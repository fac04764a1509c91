using S2M.Model.Mixture;
using S2M.Numerics.Portable;

namespace S2M.Model.ImplicitDifferentiation;

/// <summary>
/// The derivative of one step of expectation-maximization in factors: what a responsibility does to the M-step's parameters (eq. 33), and what those do to the
/// log densities (eq. 34), both in units of the mixture itself (log pi, mu / sqrt s, log s), so that no unit of descriptors tells a matrix from a singular one.
/// Only rows whose responsibilities can move take part.
/// </summary>
internal sealed class FitFeatures
{
    // sum_j g_ij (1 - g_ij) of a row that belongs to one component alone.
    private const double Certain = 1e-17;
    private const int Lanes = 4;

    /// <summary>Prepares the factors.</summary>
    /// <param name="estimate">An M-step.</param>
    /// <param name="expected">Responsibilities of the E-step that follows it, shape (N, K): the same as the estimate's own at a fixed point.</param>
    internal FitFeatures(MixtureEstimate estimate, double[] expected)
    {
        (Estimate, Expected) = (estimate, expected);
        ActiveRows = [.. Enumerable.Range(0, estimate.Rows).Where(IsActive)];
        Width = WidthOf(estimate.Size);
        Effects = new double[estimate.Components][];
        Slopes = new double[estimate.Components][];
        for (int j = 0; j < estimate.Components; j++)
        {
            Effects[j] = new double[ActiveRows.Length * Width];
            Slopes[j] = new double[ActiveRows.Length * Width];
            for (int active = 0; active < ActiveRows.Length; active++)
            {
                Fill(j, ActiveRows[active], Effects[j].AsSpan(active * Width, Width), Slopes[j].AsSpan(active * Width, Width));
            }
        }
    }

    /// <summary>Columns of a factor for descriptors of a size.</summary>
    internal static int WidthOf(int size) => ((2 * size) + 1 + Lanes - 1) / Lanes * Lanes;

    /// <summary>The M-step.</summary>
    internal MixtureEstimate Estimate { get; }

    /// <summary>Responsibilities of the E-step, shape (N, K).</summary>
    internal double[] Expected { get; }

    /// <summary>Rows of the support set that take part: M of them.</summary>
    internal int[] ActiveRows { get; }

    /// <summary>Columns of a factor: weight, means and variances of a component (2 D + 1), then zeros up to a multiple of 4.</summary>
    internal int Width { get; }

    /// <summary>f_ij of eq. 33 for each component, shape (M, Width): what g_ij does to the parameters.</summary>
    internal double[][] Effects { get; }

    /// <summary>b_ij of eq. 34 for each component, shape (M, Width): what the parameters do to the log density of x_i.</summary>
    internal double[][] Slopes { get; }

    /// <summary>Where an element of an array of the active rows, shape (M, K), lies in one of all rows.</summary>
    internal int CellOf(int element) => (ActiveRows[element / Estimate.Components] * Estimate.Components) + (element % Estimate.Components);

    /// <summary>K^j of eq. 35 for each component: how its log densities follow from its responsibilities, shape (M, M), row i of effects by row m of slopes.</summary>
    internal double[][] Couplings()
        => [.. Effects.Zip(Slopes, (effects, slopes) =>
        {
            double[] products = new double[ActiveRows.Length * ActiveRows.Length];
            if (products.Length > 0)
            {
                RowMath.ProductsOfRows(effects, slopes, Width, products);
            }

            return products;
        })];

    /// <summary>P_i v: from log densities to responsibilities.</summary>
    /// <param name="active">Which of the active rows.</param>
    /// <param name="values">v, length K; replaced.</param>
    internal void Soften(int active, Span<double> values)
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

    private bool IsActive(int row)
    {
        double spread = 0;
        foreach (double responsibility in Expected.AsSpan(row * Estimate.Components, Estimate.Components))
        {
            spread += responsibility * (1 - responsibility);
        }

        return spread >= Certain;
    }

    private void Fill(int component, int row, Span<double> effects, Span<double> slopes)
    {
        MixtureEstimate e = Estimate;
        ReadOnlySpan<double> x = e.Row(row);
        ReadOnlySpan<double> mean = e.Means.AsSpan(component * e.Size, e.Size);
        ReadOnlySpan<double> variance = e.Variances.AsSpan(component * e.Size, e.Size);
        ReadOnlySpan<double> unit = e.Deviations.AsSpan(component * e.Size, e.Size);
        double count = e.Counts[component];
        double strength = count + e.Regularizer.PriorStrength;
        double offset = e.Regularizer.VarianceOffset;
        effects[0] = 1 / ((e.Rows + (e.Components * e.Regularizer.WeightPrior)) * e.MixingWeights[component]);
        slopes[0] = 1;
        if (component == e.Fitted)
        {
            // Responsibilities move the background's weight alone; its slopes by the mean are what an example sees of it.
            for (int d = 0; d < e.Size; d++)
            {
                slopes[1 + d] = (x[d] - mean[d]) / unit[d];
            }

            return;
        }

        Span<double> meanEffects = effects.Slice(1, e.Size);
        Span<double> meanSlopes = slopes.Slice(1, e.Size);
        Span<double> varianceEffects = effects.Slice(1 + e.Size, e.Size);
        Span<double> varianceSlopes = slopes.Slice(1 + e.Size, e.Size);
        for (int d = 0; d < e.Size; d++)
        {
            double deviation = x[d] - mean[d];
            double excess = (deviation * deviation) - variance[d];
            meanSlopes[d] = deviation / unit[d];
            meanEffects[d] = meanSlopes[d] / count;
            varianceSlopes[d] = excess / variance[d] / 2;
            varianceEffects[d] = (excess + offset) / variance[d] / strength;
        }
    }
}
