using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using S2M.Numerics.Portable;

namespace S2M.Numerics.Mixtures;

/// <summary>A Gaussian mixture with diagonal covariances as a value: what a concept is once it is learned. Immutable, safe for concurrent use.</summary>
public sealed class GaussianMixture
{
    private const double LogTwoPi = 1.8378770664093454836;
    private const int Lanes = 4;

    private readonly double[] _mixingWeights;
    private readonly double[] _means;
    private readonly double[] _variances;
    private readonly double[] _precisions;
    private readonly double[] _constants;

    /// <summary>Makes the mixture.</summary>
    /// <param name="mixingWeights">pi, shape (K), each above 0.</param>
    /// <param name="means">mu, shape (K, D), row-major.</param>
    /// <param name="variances">s, shape (K, D), row-major, each above 0.</param>
    /// <exception cref="ArgumentException">Shapes disagree, or a weight or variance is NaN or not above 0.</exception>
    public GaussianMixture(double[] mixingWeights, double[] means, double[] variances)
    {
        Components = mixingWeights.Length;
        Size = Components == 0 ? 0 : means.Length / Components;
        if (Size == 0 || means.Length != Components * Size || variances.Length != means.Length)
        {
            throw new ArgumentException($"mixture: expected K weights and K x D means and variances, got {mixingWeights.Length}, {means.Length} and {variances.Length}");
        }

        if (!IsPositive(mixingWeights) || !IsPositive(variances))
        {
            if (Array.Exists(mixingWeights, double.IsNaN) || Array.Exists(variances, double.IsNaN))
            {
                throw new ArgumentException("mixture: expected weights and variances that are numbers, got NaN; look for descriptors that are not finite");
            }

            throw new ArgumentException("mixture: expected weights and variances above 0, got others; raise the variance offset");
        }

        (_mixingWeights, _means, _variances) = ([.. mixingWeights], [.. means], [.. variances]);
        _precisions = new double[variances.Length];
        for (int at = 0; at < variances.Length; at++)
        {
            _precisions[at] = 1 / variances[at];
        }

        _constants = new double[Components];
        for (int component = 0; component < Components; component++)
        {
            double logs = LogarithmSums.Of(variances.AsSpan(component * Size, Size));
            _constants[component] = PortableMath.Log(mixingWeights[component]) - (((Size * LogTwoPi) + logs) / 2);
        }
    }

    /// <summary>K.</summary>
    public int Components { get; }

    /// <summary>D.</summary>
    public int Size { get; }

    /// <summary>pi, shape (K).</summary>
    public ReadOnlySpan<double> MixingWeights => _mixingWeights;

    /// <summary>mu, shape (K, D).</summary>
    public ReadOnlySpan<double> Means => _means;

    /// <summary>s, shape (K, D).</summary>
    public ReadOnlySpan<double> Variances => _variances;

    /// <summary>1 / s, shape (K, D), row-major.</summary>
    public ReadOnlySpan<double> Precisions => _precisions;

    /// <summary>log pi_j + log N(x; mu_j, s_j) for every descriptor and component (docs/maths.md, eq. 3), from differences.</summary>
    /// <param name="descriptors">x, shape (N, D), row-major.</param>
    /// <param name="logDensities">Receives shape (N, K), row-major.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void LogComponentDensities(ReadOnlySpan<double> descriptors, Span<double> logDensities)
    {
        Require(descriptors.Length, logDensities.Length, Components);
        for (int component = 0; component < Components; component++)
        {
            Fill(descriptors, component, logDensities, Components, component);
        }
    }

    /// <summary>log p(x) for every descriptor (docs/maths.md, eq. 4).</summary>
    /// <param name="descriptors">x, shape (N, D), row-major.</param>
    /// <param name="logDensities">Receives shape (N).</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void LogDensities(ReadOnlySpan<double> descriptors, Span<double> logDensities)
    {
        Require(descriptors.Length, logDensities.Length, 1);
        if (Components == 1)
        {
            Fill(descriptors, 0, logDensities, 1, 0);
            return;
        }

        double[] parts = new double[logDensities.Length * Components];
        LogComponentDensities(descriptors, parts);
        for (int row = 0; row < logDensities.Length; row++)
        {
            logDensities[row] = LogSumExp(parts.AsSpan(row * Components, Components));
        }
    }

    /// <summary>For every descriptor the component of its largest responsibility, the first among equals.</summary>
    /// <param name="descriptors">x, shape (N, D), row-major.</param>
    /// <returns>Numbers from 0, length N.</returns>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public int[] LikeliestComponents(ReadOnlySpan<double> descriptors)
    {
        double[] logDensities = new double[descriptors.Length / Size * Components];
        LogComponentDensities(descriptors, logDensities);
        return [.. logDensities.Chunk(Components).Select(row => Array.IndexOf(row, row.Max()))];
    }

    private static bool IsPositive(double[] values)
    {
        bool isPositive = true;
        foreach (double value in values)
        {
            isPositive &= value > 0;
        }

        return isPositive;
    }

    private static double LogSumExp(ReadOnlySpan<double> values)
    {
        double highest = double.NegativeInfinity;
        foreach (double value in values)
        {
            highest = Math.Max(highest, value);
        }

        double sum = 0;
        foreach (double value in values)
        {
            sum += PortableMath.Exp(value - highest);
        }

        return highest + PortableMath.Log(sum);
    }

    // Four partial sums of neighbouring dimensions, whatever the machine's vectors are, added in one order: the bits are the same everywhere.
    private void Fill(ReadOnlySpan<double> descriptors, int component, Span<double> target, int stride, int first)
    {
        ref double values = ref MemoryMarshal.GetReference(descriptors);
        ref double means = ref MemoryMarshal.GetReference(_means.AsSpan(component * Size, Size));
        ref double precisions = ref MemoryMarshal.GetReference(_precisions.AsSpan(component * Size, Size));
        int whole = Size - (Size % Lanes);
        int row = 0;
        for (int at = first; at < target.Length; at += stride, row++)
        {
            nuint begin = (nuint)row * (nuint)Size;
            Vector256<double> sums = default;
            for (nuint d = 0; d < (nuint)whole; d += Lanes)
            {
                Vector256<double> difference = Vector256.LoadUnsafe(ref values, begin + d) - Vector256.LoadUnsafe(ref means, d);
                sums += difference * difference * Vector256.LoadUnsafe(ref precisions, d);
            }

            double distance = sums[0] + sums[1] + (sums[2] + sums[3]);
            for (int d = whole; d < Size; d++)
            {
                double difference = descriptors[(int)begin + d] - _means[(component * Size) + d];
                distance += difference * difference * _precisions[(component * Size) + d];
            }

            target[at] = _constants[component] - (distance / 2);
        }
    }

    private void Require(int descriptors, int results, int perRow)
    {
        if (results % perRow != 0 || descriptors != results / perRow * Size)
        {
            throw new ArgumentException($"descriptors: expected rows of {Size} values and {perRow} results a row, got {descriptors} values and {results} results");
        }
    }
}
