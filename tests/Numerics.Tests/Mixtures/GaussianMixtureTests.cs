using S2M.Numerics.Mixtures;
using S2M.Numerics.Randomness;

namespace S2M.Numerics.Tests.Mixtures;

/// <summary>The oracle is the density itself: products of normal densities, added up outside the logarithm.</summary>
public sealed class GaussianMixtureTests
{
    private const double Tolerance = 1e-12;
    private const int Rows = 9;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 7)]
    [InlineData(2, 4)]
    [InlineData(3, 6)]
    public void LogDensities_AnyShape_IsTheLogarithmOfTheDensity(int components, int size)
    {
        (double[] weights, double[] means, double[] variances, double[] descriptors) = Draw(components, size);
        var mixture = new GaussianMixture(weights, means, variances);
        double[] got = new double[Rows];
        double[] parts = new double[Rows * components];

        mixture.LogDensities(descriptors, got);
        mixture.LogComponentDensities(descriptors, parts);

        for (int row = 0; row < Rows; row++)
        {
            double density = 0;
            for (int component = 0; component < components; component++)
            {
                double part = weights[component];
                for (int d = 0; d < size; d++)
                {
                    double variance = variances[(component * size) + d];
                    double difference = descriptors[(row * size) + d] - means[(component * size) + d];
                    part *= Math.Exp(-difference * difference / (2 * variance)) / Math.Sqrt(2 * Math.PI * variance);
                }

                parts[(row * components) + component].ShouldBe(Math.Log(part), Tolerance * Math.Max(1, Math.Abs(Math.Log(part))));
                density += part;
            }

            got[row].ShouldBe(Math.Log(density), Tolerance * Math.Max(1, Math.Abs(Math.Log(density))));
        }
    }

    [Fact]
    public void LogDensities_FarFromEveryComponent_IsFinite()
    {
        var mixture = new GaussianMixture([0.5, 0.5], [0, 1], [1e-4, 1e-4]);
        double[] got = new double[1];

        mixture.LogDensities([1e3], got);

        // exp of this is 0: only the logarithm is of use.
        double expected = Math.Log(0.5) - (0.5 * ((999.0 * 999 / 1e-4) + Math.Log(2 * Math.PI * 1e-4)));
        got[0].ShouldBe(expected, Math.Abs(expected) * Tolerance);
    }

    [Fact]
    public void LogDensities_ArraysChangedAfterwards_DoNotChange()
    {
        double[] means = [0.5, 0.5];
        var mixture = new GaussianMixture([1], means, [1, 1]);
        double[] before = new double[1];
        double[] after = new double[1];

        mixture.LogDensities([0.1, 0.2], before);
        means[0] = 9;
        mixture.LogDensities([0.1, 0.2], after);

        after.ShouldBe(before);
    }

    [Fact]
    public void Constructor_ShapesDisagree_IsRefused()
    {
        Should.Throw<ArgumentException>(() => new GaussianMixture([], [], []));
        Should.Throw<ArgumentException>(() => new GaussianMixture([0.5, 0.5], [1, 2, 3], [1, 2, 3]));
        Should.Throw<ArgumentException>(() => new GaussianMixture([1], [1, 2], [1]));
    }

    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(1.0, 0.0)]
    [InlineData(1.0, -1.0)]
    [InlineData(1.0, double.NaN)]
    [InlineData(double.NaN, 1.0)]
    public void Constructor_WeightOrVarianceNotAboveZero_IsRefused(double weight, double variance)
        => Should.Throw<ArgumentException>(() => new GaussianMixture([weight], [0], [variance]));

    [Fact]
    public void LogDensities_LengthsDisagree_IsRefused()
    {
        var mixture = new GaussianMixture([1], [0, 0], [1, 1]);

        Should.Throw<ArgumentException>(() => mixture.LogDensities([1, 2, 3], new double[1]));
        Should.Throw<ArgumentException>(() => mixture.LogDensities([1, 2], new double[2]));
    }

    private static (double[] Weights, double[] Means, double[] Variances, double[] Descriptors) Draw(int components, int size)
    {
        var random = new PhiloxRandom(5, 90, (uint)components, (uint)size);
        double[] raw = [.. Enumerable.Range(0, components).Select(_ => 0.2 + random.NextDouble())];
        double[] weights = [.. raw.Select(value => value / raw.Sum())];
        double[] Normals(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextNormal())];
        return (weights, Normals(components * size), [.. Normals(components * size).Select(value => 0.3 + (value * value))], Normals(Rows * size));
    }
}
