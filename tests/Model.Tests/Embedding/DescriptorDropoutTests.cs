using S2M.Data.Sampling;
using S2M.Model.Embedding;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model.Tests.Embedding;

public sealed class DescriptorDropoutTests
{
    private const int Rows = 300;
    private const int Size = 64;

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Apply_AnyProbability_DropsThatShareAndScalesTheRest(double probability)
    {
        float[] mask = Mask(probability, new EpisodeAddress(7, EpisodePhase.Training, 3, 1));

        float kept = (float)(1 / (1 - probability));
        mask.ShouldAllBe(value => value == 0 || value == kept);
        double share = mask.Count(value => value == 0) / (double)mask.Length;

        // Five standard deviations of the share.
        share.ShouldBe(probability, 5 * Math.Sqrt(probability * (1 - probability) / mask.Length));
    }

    [Fact]
    public void Apply_ProbabilityZero_ChangesNothing() => Mask(0, new EpisodeAddress(7, EpisodePhase.Training, 3, 1)).ShouldAllBe(value => value == 1);

    [Fact]
    public void Apply_SameAddress_IsTheSameMaskAndAnyOtherIsAnother()
    {
        var address = new EpisodeAddress(7, EpisodePhase.Training, 3, 1);
        float[] mask = Mask(0.3, address);

        Mask(0.3, address).ShouldBe(mask);
        foreach (EpisodeAddress other in new[] { address with { Seed = 8 }, address with { Step = 4 }, address with { Index = 2 } })
        {
            Mask(0.3, other).SequenceEqual(mask).ShouldBeFalse();
        }
    }

    [Fact]
    public void Apply_Twice_MultipliesByTheSameMask()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor values = ones([Rows, Size], ScalarType.Float32);
        Tensor gradient = ones([Rows, Size], ScalarType.Float32);
        using var dropout = new DescriptorDropout(values, 0.4, new EpisodeAddress(7, EpisodePhase.Training, 0, 0));

        dropout.Apply(values);
        dropout.Apply(gradient);

        gradient.data<float>().ToArray().ShouldBe(values.data<float>().ToArray());
    }

    private static float[] Mask(double probability, EpisodeAddress address)
    {
        using Tensor values = ones([Rows, Size], ScalarType.Float32);
        using var dropout = new DescriptorDropout(values, probability, address);
        dropout.Apply(values);
        return values.data<float>().ToArray();
    }
}
