using S2M.Data.Sampling;
using S2M.Model.Embedding;
using S2M.Numerics.Averaging;
using S2M.Numerics.Parameters;
using S2M.Specification;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace S2M.Model.Tests.Embedding;

/// <summary>The oracles are plain loops for the forward pass, and the network in float64 under automatic differentiation for the gradient.</summary>
public sealed class LeNetNetworkTests
{
    private const int Images = 6;

    // Relative to the largest value of a tensor: float32 activations against float64.
    private const double Tolerance = 1e-5;
    private const double GradientTolerance = 2e-5;

    [Fact]
    public void Parameters_PaperImages_AreThoseOfCaffesLeNetWithHundredOutputs()
    {
        using var network = new LeNetNetwork(28, 1);

        network.Parameters.Entries.Select(entry => (entry.Name, Shape: string.Join('x', entry.Shape), entry.WeightDecayScale)).ShouldBe(
        [
            ("convolutions.0.weight", "20x1x5x5", 1), ("convolutions.0.bias", "20", 0), ("convolutions.1.weight", "50x20x5x5", 1), ("convolutions.1.bias", "50", 0),
            ("layers.0.weight", "500x800", 1), ("layers.0.bias", "500", 0), ("layers.1.weight", "100x500", 1), ("layers.1.bias", "100", 0),
        ]);
        (network.DescriptorSize, network.Buffers.Count).ShouldBe((100, 0));
    }

    [Theory]
    [InlineData(28, 1)]
    [InlineData(16, 3)]
    [InlineData(19, 1)]
    public void Forward_InTrainingAndInference_EqualsPlainLoops(int size, int channels)
    {
        using DisposeScope scope = NewDisposeScope();
        using var network = new LeNetNetwork(size, channels);
        float[] parameters = RandomParameters(network);
        network.Load(parameters, []);
        Tensor images = EmbeddingProbe.Images(Images, size, channels);

        float[] training = network.ForwardTraining(images).data<float>().ToArray();
        float[] inference = network.ForwardInference(images).data<float>().ToArray();

        EmbeddingProbe.Error(training, Loops(network.Parameters, parameters, images)).ShouldBeLessThan(Tolerance);
        inference.ShouldBe(training);
    }

    [Theory]
    [InlineData(28, 1)]
    [InlineData(16, 3)]
    public void Backward_RandomValues_EqualsAutomaticDifferentiationInFloat64(int size, int channels)
    {
        using DisposeScope scope = NewDisposeScope();
        using var network = new LeNetNetwork(size, channels);
        float[] parameters = RandomParameters(network);
        network.Load(parameters, []);
        Tensor images = EmbeddingProbe.Images(Images, size, channels);
        Tensor cotangent = torch.tensor(EmbeddingProbe.Draws(Images * 100, 5), [Images, 100]);
        Tensor[] wide = [.. network.Parameters.Entries.Select((entry, index) => torch.tensor(
            Widen(network.Parameters.Slice(parameters, index)), [.. entry.Shape.Select(length => (long)length)], ScalarType.Float64, requires_grad: true))];
        AsWritten(wide, images.to_type(ScalarType.Float64)).backward([cotangent.to_type(ScalarType.Float64)]);

        float[] gradient = EmbeddingProbe.Gradient(network, images, cotangent, 1);

        for (int entry = 0; entry < wide.Length; entry++)
        {
            EmbeddingProbe.Error(network.Parameters.Slice(gradient, entry).ToArray(), wide[entry].grad!.data<double>().ToArray())
                .ShouldBeLessThan(GradientTolerance, network.Parameters.Entries[entry].Name);
        }
    }

    [Fact]
    public void TakeGradient_AfterPassesThatBrokeOff_IsThatOfTheLastPassOnce()
    {
        using DisposeScope scope = NewDisposeScope();
        using var network = new LeNetNetwork(16, 1);
        network.Load(RandomParameters(network), []);
        Tensor images = EmbeddingProbe.Images(Images, 16, 1);
        Tensor cotangent = torch.tensor(EmbeddingProbe.Draws(Images * 100, 5), [Images, 100]);

        float[] once = EmbeddingProbe.Gradient(network, images, cotangent, 1);
        network.ForwardTraining(images).Dispose();
        float[] again = EmbeddingProbe.Gradient(network, images, cotangent, 2);
        float[] none = EmbeddingProbe.Gradient(network, images, cotangent, 0);

        again.ShouldBe(once);
        none.ShouldAllBe(value => value == 0);
    }

    [Fact]
    public void Backward_OutputOverwritten_HasTheSameGradient()
    {
        using DisposeScope scope = NewDisposeScope();
        using var network = new LeNetNetwork(16, 1);
        network.Load(RandomParameters(network), []);
        Tensor images = EmbeddingProbe.Images(Images, 16, 1);
        Tensor cotangent = torch.tensor(EmbeddingProbe.Draws(Images * 100, 5), [Images, 100]);
        float[] expected = EmbeddingProbe.Gradient(network, images, cotangent, 1);
        float[] gradient = new float[expected.Length];

        network.ForwardTraining(images).zero_();
        network.Backward(cotangent);
        network.TakeGradient(gradient);

        gradient.ShouldBe(expected);
    }

    [Fact]
    public void Initialize_AnySeed_IsWithinItsBoundsAndOfTheSeedAlone()
    {
        using var network = new LeNetNetwork(28, 1);
        using var other = new LeNetNetwork(28, 1);
        float[] parameters = network.Initialize(3).Parameters;
        int[] fanIn = [25, 500, 800, 500];

        other.Initialize(3).Parameters.ShouldBe(parameters);
        other.Initialize(4).Parameters.SequenceEqual(parameters).ShouldBeFalse();
        for (int layer = 0; layer < fanIn.Length; layer++)
        {
            double[] weights = Widen(network.Parameters.Slice(parameters, 2 * layer));
            weights.Max(Math.Abs).ShouldBeInRange(0.98 * Math.Sqrt(3.0 / fanIn[layer]), Math.Sqrt(3.0 / fanIn[layer]) * (1 + 1e-6));
            (weights.Sum(value => value * value) / weights.Length * fanIn[layer]).ShouldBe(1, 0.1);
            network.Parameters.Slice(parameters, (2 * layer) + 1).ToArray().ShouldAllBe(value => value == 0);
        }
    }

    [Fact]
    public void ComputeEpisode_StepAgainstGradient_LossFallsAsPredicted()
    {
        JobSpecification job = TestJobs.Small();
        using var network = new Set2ModelNetwork(job with { Network = job.Network with { Embedding = "lenet" } });
        ParameterSnapshot start = network.Initialize();
        int Row(int concept, int position) => (concept * 4) + position;
        Concept[] concepts = [.. Enumerable.Range(0, 3).Select(c => new Concept(new(c, 0), [Row(c, 0), Row(c, 1)], [Row(c, 2), Row(c, 3)]))];
        var episode = new Episode(new EpisodeAddress(7, EpisodePhase.Training, 0, 0), [.. Enumerable.Range(0, 12).Select(i => new PoolImage(i, 0))], [new EpisodeGroup(concepts, [])]);
        using Tensor images = torch.tensor([.. EmbeddingProbe.Draws(12 * 784, 8).Select(Math.Abs)], [12, 1, 28, 28]);
        float[] gradient = Leaf(start.Parameters).Values[..network.Parameters.Count];
        double squared = gradient.Sum(value => (double)value * value);
        double step = 1e-3 / Math.Sqrt(squared);

        double LossAt(double distance) => Leaf([.. start.Parameters.Zip(gradient, (value, slope) => (float)(value - (distance * slope)))]).Metrics[0];
        EpisodeSum Leaf(float[] parameters)
        {
            network.Load(start with { Parameters = parameters });
            return network.ComputeEpisode(images, episode);
        }

        ((LossAt(-step) - LossAt(step)) / (2 * step * squared)).ShouldBe(1, 0.05);
    }

    [Fact]
    public void Constructor_ImagesTooSmall_AreRefused() => Should.Throw<Set2ModelException>(() => new LeNetNetwork(15, 1)).Message.ShouldContain("expected at least 16 pixels, got 15");

    private static Tensor AsWritten(Tensor[] tensors, Tensor images)
    {
        Tensor activations = functional.max_pool2d(functional.conv2d(images, tensors[0], tensors[1]), 2L);
        activations = functional.max_pool2d(functional.conv2d(activations, tensors[2], tensors[3]), 2L).flatten(1);
        return functional.relu(activations.mm(tensors[4].t()) + tensors[5]).mm(tensors[6].t()) + tensors[7];
    }

    private static double[] Loops(ParameterLayout layout, float[] parameters, Tensor images)
    {
        double[][] values = [.. layout.Entries.Select((_, index) => Widen(layout.Slice(parameters, index)))];
        (int channels, int side) = ((int)images.shape[1], (int)images.shape[2]);
        double[] pixels = [.. images.data<float>().ToArray().Select(value => (double)value)];
        int perImage = channels * side * side;
        return [.. Enumerable.Range(0, Images).SelectMany(image =>
        {
            double[] first = PoolOfConvolution(pixels[(image * perImage)..((image + 1) * perImage)], channels, side, values[0], values[1]);
            double[] second = PoolOfConvolution(first, 20, (side - 4) / 2, values[2], values[3]);
            double[] hidden = [.. Full(second, values[4], values[5]).Select(value => Math.Max(0, value))];
            return Full(hidden, values[6], values[7]);
        })];
    }

    private static double[] Full(double[] input, double[] weight, double[] bias) =>
        [.. bias.Select((start, output) => start + input.Select((value, index) => value * weight[(output * input.Length) + index]).Sum())];

    private static double[] PoolOfConvolution(double[] input, int channels, int side, double[] weight, double[] bias)
    {
        int pooled = (side - 4) / 2;
        double At(int filter, int y, int x) => bias[filter] + Enumerable.Range(0, channels * 25).Sum(tap =>
            weight[(filter * channels * 25) + tap] * input[(((tap / 25 * side) + y + (tap % 25 / 5)) * side) + x + (tap % 5)]);
        return [.. Enumerable.Range(0, bias.Length * pooled * pooled).Select(index =>
        {
            (int filter, int y, int x) = (index / (pooled * pooled), 2 * (index / pooled % pooled), 2 * (index % pooled));
            return Enumerable.Range(0, 4).Max(corner => At(filter, y + (corner / 2), x + (corner % 2)));
        })];
    }

    private static float[] RandomParameters(LeNetNetwork network)
    {
        float[] parameters = network.Initialize(3).Parameters;
        for (int entry = 1; entry < network.Parameters.Entries.Count; entry += 2)
        {
            EmbeddingProbe.Draws(network.Parameters.Entries[entry].Count, (uint)entry).CopyTo(network.Parameters.Slice(parameters, entry));
        }

        return parameters;
    }

    private static double[] Widen(ReadOnlySpan<float> values) => [.. values.ToArray().Select(value => (double)value)];
}
