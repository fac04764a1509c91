using S2M.Model.Embedding;
using S2M.Numerics.Randomness;

namespace S2M.Model.Tests.Embedding;

/// <summary>The kernels against plain scalar loops, bit for bit.</summary>
public sealed class PoolingKernelsTests
{
    private const int Channels = 64;
    private const int Images = 3;

    // Few levels, so that most windows hold a tie; or none.
    public static TheoryData<int, bool> Cases => new() { { 4, false }, { 4, true }, { 5, false }, { 7, true }, { 2, false }, { 3, true } };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Compute_AnyActivations_AreTheScalarBits(int side, bool ties)
    {
        float[] values = Draw(Images * side * side * Channels, 1, ties);
        float[] means = new float[Channels];
        float[] variances = new float[Channels];

        ChannelStatistics.Compute(values, Images, means, variances);

        (float[] expectedMeans, float[] expectedVariances) = ScalarPooling.Statistics(values, Images, Channels);
        Bits(means).ShouldBe(Bits(expectedMeans));
        Bits(variances).ShouldBe(Bits(expectedVariances));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ForwardAndBackward_ScalesOfEverySign_AreTheScalarBits(int side, bool ties)
    {
        var shape = new ActivationShape(Images, side, Channels);
        float[] values = Draw(Images * side * side * Channels, 1, ties);
        float[] gradient = Draw(Images * shape.Half * shape.Half * Channels, 2, false);

        // A third of the channels each: gamma above 0, 0 and below 0.
        float[] scale = [.. Draw(Channels, 3, false).Select((value, channel) => Math.Abs(value) * (1 - (channel % 3)))];
        (float[] shift, float[] means, float[] common, float[] pull) = (Draw(Channels, 4, false), Draw(Channels, 5, false), Draw(Channels, 6, false), Draw(Channels, 7, false));
        float[] pooled = new float[gradient.Length];
        float[] selected = new float[gradient.Length];
        float[] result = new float[values.Length];
        double[] sums = new double[Channels];
        double[] moments = new double[Channels];

        PoolingKernels.Forward(values, shape, scale, shift, pooled, selected);
        PoolingKernels.SumGradients(gradient, selected, Images, means, sums, moments);
        PoolingKernels.Backward(values, shape, selected, gradient, new NormalizationTerms(scale, means, common, pull), result);

        (float[] expectedPooled, float[] expectedSelected) = ScalarPooling.Forward(values, shape, scale, shift);
        Bits(pooled).ShouldBe(Bits(expectedPooled));
        Bits(selected).ShouldBe(Bits(expectedSelected));
        (double[] expectedSums, double[] expectedMoments) = ScalarPooling.SumGradients(gradient, selected, Images, means);
        sums.Select(BitConverter.DoubleToInt64Bits).ShouldBe(expectedSums.Select(BitConverter.DoubleToInt64Bits));
        moments.Select(BitConverter.DoubleToInt64Bits).ShouldBe(expectedMoments.Select(BitConverter.DoubleToInt64Bits));
        Bits(result).ShouldBe(Bits(ScalarPooling.Backward(values, shape, selected, gradient, scale, means, common, pull)));
    }

    [Fact]
    public void Forward_WithoutSelection_IsTheSamePool()
    {
        var shape = new ActivationShape(Images, 6, Channels);
        float[] values = Draw(Images * 36 * Channels, 1, false);
        float[] pooled = new float[Images * 9 * Channels];
        float[] alone = new float[pooled.Length];
        float[] scale = Draw(Channels, 3, false);
        float[] shift = Draw(Channels, 4, false);

        PoolingKernels.Forward(values, shape, scale, shift, pooled, new float[pooled.Length]);
        PoolingKernels.Forward(values, shape, scale, shift, alone, []);

        Bits(alone).ShouldBe(Bits(pooled));
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(0f)]
    [InlineData(-1f)]
    public void Backward_AllOfAWindowEqual_TheFirstGetsTheGradient(float gamma)
    {
        var shape = new ActivationShape(1, 2, Channels);
        float[] values = new float[4 * Channels];
        Array.Fill(values, 0.5f);
        float[] scale = new float[Channels];
        float[] ones = new float[Channels];
        float[] zeros = new float[Channels];
        Array.Fill(scale, gamma);
        Array.Fill(ones, 1f);
        float[] pooled = new float[Channels];
        float[] selected = new float[Channels];
        float[] result = new float[values.Length];

        PoolingKernels.Forward(values, shape, scale, ones, pooled, selected);
        PoolingKernels.Backward(values, shape, selected, ones, new NormalizationTerms(scale, zeros, zeros, zeros), result);

        pooled.ShouldAllBe(value => value == (gamma * 0.5f) + 1);
        result[..Channels].ShouldAllBe(value => value == gamma);
        result[Channels..].ShouldAllBe(value => value == 0);
    }

    [Fact]
    public void Compute_OneActivationIsNaN_ItsChannelAloneIsNaN()
    {
        float[] values = Draw(Images * 16 * Channels, 1, false);
        values[(5 * Channels) + 17] = float.NaN;
        float[] means = new float[Channels];
        float[] variances = new float[Channels];

        ChannelStatistics.Compute(values, Images, means, variances);

        Enumerable.Range(0, Channels).Where(channel => float.IsNaN(means[channel])).ShouldBe([17]);
        Enumerable.Range(0, Channels).Where(channel => float.IsNaN(variances[channel])).ShouldBe([17]);
    }

    private static float[] Draw(int count, uint stream, bool ties)
    {
        var random = new PhiloxRandom(5, 99, stream);
        return [.. Enumerable.Range(0, count).Select(_ => ties ? random.NextInt32(3) - 1 : (float)random.NextNormal())];
    }

    private static int[] Bits(float[] values) => Array.ConvertAll(values, BitConverter.SingleToInt32Bits);
}
