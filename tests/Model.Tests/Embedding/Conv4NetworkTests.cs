using S2M.Model.Embedding;
using S2M.Numerics.Parameters;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace S2M.Model.Tests.Embedding;

/// <summary>The oracle is the network as usually written, in float64 under automatic differentiation.</summary>
public sealed class Conv4NetworkTests
{
    private const int Images = 12;

    // Relative to the largest value of a tensor: float32 activations against float64.
    private const double Tolerance = 2e-5;
    private const double GradientTolerance = 2e-4;

    private static readonly long[] Padding = [1, 1];

    [Theory]
    [InlineData(28, 1)]
    [InlineData(16, 3)]
    [InlineData(30, 1)]
    public void ForwardTraining_RandomScales_EqualsNetworkAsWritten(int size, int channels)
    {
        using DisposeScope scope = NewDisposeScope();
        using var network = new Conv4Network(size, channels);
        float[] parameters = RandomParameters(network);
        network.Load(parameters, new float[network.Buffers.Count]);
        Tensor images = EmbeddingProbe.Images(Images, size, channels);

        float[] got = network.ForwardTraining(images).data<float>().ToArray();

        double[] expected = AsWritten(network.Parameters, Widen(parameters, network.Parameters, false), images).flatten(1).data<double>().ToArray();
        EmbeddingProbe.Error(got, expected).ShouldBeLessThan(Tolerance);
    }

    [Theory]
    [InlineData(28, 1)]
    [InlineData(16, 3)]
    [InlineData(30, 1)]
    public void Backward_RandomScales_EqualsAutomaticDifferentiation(int size, int channels)
    {
        using DisposeScope scope = NewDisposeScope();
        using var network = new Conv4Network(size, channels);
        float[] parameters = RandomParameters(network);
        network.Load(parameters, new float[network.Buffers.Count]);
        Tensor images = EmbeddingProbe.Images(Images, size, channels);
        Tensor cotangent = torch.tensor(EmbeddingProbe.Draws(Images * network.DescriptorSize, 5), [Images, network.DescriptorSize]);
        Tensor[] oracle = Widen(parameters, network.Parameters, true);
        AsWritten(network.Parameters, oracle, images).flatten(1).backward([cotangent.to_type(ScalarType.Float64)]);

        float[] gradient = new float[network.Parameters.Count];
        _ = network.ForwardTraining(images);
        network.Backward(cotangent);
        network.TakeGradient(gradient);

        for (int entry = 0; entry < oracle.Length; entry++)
        {
            EmbeddingProbe.Error(network.Parameters.Slice(gradient, entry).ToArray(), oracle[entry].grad!.data<double>().ToArray())
                .ShouldBeLessThan(GradientTolerance, network.Parameters.Entries[entry].Name);
        }
    }

    [Fact]
    public void TakeGradient_AfterPassesThatBrokeOff_IsThatOfTheLastPassOnce()
    {
        using DisposeScope scope = NewDisposeScope();
        using var network = new Conv4Network(16, 1);
        network.Load(RandomParameters(network), new float[network.Buffers.Count]);
        Tensor images = EmbeddingProbe.Images(Images, 16, 1);
        Tensor cotangent = torch.tensor(EmbeddingProbe.Draws(Images * network.DescriptorSize, 5), [Images, network.DescriptorSize]);

        float[] once = EmbeddingProbe.Gradient(network, images, cotangent, 1);
        float[] again = EmbeddingProbe.Gradient(network, images, cotangent, 2);
        float[] none = EmbeddingProbe.Gradient(network, images, cotangent, 0);

        again.ShouldBe(once);
        none.ShouldAllBe(value => value == 0);
    }

    [Fact]
    public void ForwardInference_RunningStatisticsOfTheBatch_EqualsTraining()
    {
        using DisposeScope scope = NewDisposeScope();
        using var network = new Conv4Network(28, 1);
        float[] parameters = RandomParameters(network);
        float[] statistics = new float[network.Buffers.Count];
        network.Load(parameters, statistics);
        Tensor images = EmbeddingProbe.Images(Images, 28, 1);
        float[] expected = network.ForwardTraining(images).data<float>().ToArray();
        network.ReadBatchStatistics(statistics);

        network.Load(parameters, statistics);

        network.ForwardInference(images).data<float>().ToArray().ShouldBe(expected);
    }

    private static Tensor AsWritten(ParameterLayout layout, Tensor[] tensors, Tensor images)
    {
        Tensor activations = images.to_type(ScalarType.Float64);
        for (int entry = 0; entry < layout.Entries.Count; entry += 3)
        {
            activations = functional.conv2d(activations, tensors[entry], padding: Padding);
            activations = functional.batch_norm(activations, null, null, tensors[entry + 1], tensors[entry + 2], true, 0.1, 1e-5);
            activations = functional.max_pool2d(functional.relu(activations), 2L);
        }

        return activations;
    }

    private static Tensor[] Widen(float[] parameters, ParameterLayout layout, bool gradient)
        => [.. layout.Entries.Select((entry, index) => torch.tensor(
            layout.Slice(parameters, index).ToArray().Select(value => (double)value).ToArray(), [.. entry.Shape.Select(length => (long)length)], ScalarType.Float64, requires_grad: gradient))];

    /// <summary>Initial weights; scales of both signs and one of zero, and shifts, since these are what pool before ReLU must get right.</summary>
    private static float[] RandomParameters(Conv4Network network)
    {
        float[] parameters = network.Initialize(3).Parameters;
        for (int entry = 0; entry < network.Parameters.Entries.Count; entry++)
        {
            if (entry % 3 != 0)
            {
                EmbeddingProbe.Draws(64, (uint)entry).CopyTo(network.Parameters.Slice(parameters, entry));
            }
        }

        network.Parameters.Slice(parameters, 1)[7] = 0;
        return parameters;
    }
}
