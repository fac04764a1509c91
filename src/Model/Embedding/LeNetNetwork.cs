// Shapes: N images, C channels of the images, F filters, H height, W width, D descriptor size.
using S2M.Numerics.Parameters;
using S2M.Numerics.Randomness;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace S2M.Model.Embedding;

/// <summary>
/// The network of the paper's Omniglot retrieval: LeNet (LeCun et al. 1998) as Caffe has it for MNIST, with 100 outputs in place of its ten. Two 5 x 5
/// convolutions with 20 and 50 filters, each followed by a 2 x 2 max pool, a full layer of 500 with ReLU and one of 100. There is no batch norm, so
/// an image's descriptor does not depend on the others, and small episodes are as good as large ones. The whole chain is differentiated by libtorch.
/// </summary>
public sealed class LeNetNetwork : EmbeddingNetwork
{
    private const int Kernel = 5;
    private const int SmallestSize = 16;
    private const int Hidden = 500;
    private const int Descriptor = 100;
    private const int Layers = 4;

    private static readonly int[] Filters = [20, 50];

    private readonly FlatParameters _parameters;
    private Tensor? _output_ND;

    /// <summary>Makes the network with zeroed values.</summary>
    /// <param name="size">Height and width of the images in pixels, at least 16; the paper's are 28.</param>
    /// <param name="channels">Channels of the images, 1 or 3.</param>
    /// <exception cref="Set2ModelException">The images are smaller than 16 pixels.</exception>
    public LeNetNetwork(int size, int channels)
    {
        if (size < SmallestSize)
        {
            throw new Set2ModelException($"data.image.size: lenet convolves and halves images twice: expected at least {SmallestSize} pixels, got {size}; enlarge it");
        }

        int side = Shrink(Shrink(size));
        Parameters = new ParameterLayout(
        [
            .. EntriesOf("convolutions.0", [Filters[0], channels, Kernel, Kernel]),
            .. EntriesOf("convolutions.1", [Filters[1], Filters[0], Kernel, Kernel]),
            .. EntriesOf("layers.0", [Hidden, Filters[1] * side * side]),
            .. EntriesOf("layers.1", [Descriptor, Hidden]),
        ]);
        Buffers = new ParameterLayout([]);
        _parameters = new FlatParameters(Parameters, withGradient: true);
    }

    /// <inheritdoc/>
    public override ParameterLayout Parameters { get; }

    /// <summary>None: there is no batch norm.</summary>
    public override ParameterLayout Buffers { get; }

    /// <inheritdoc/>
    public override int DescriptorSize => Descriptor;

    /// <summary>
    /// Weights uniform within sqrt(3 / fan-in), so that their variance is 1 / fan-in, and biases 0: the Xavier filler of Caffe's LeNet (after Glorot and Bengio 2010).
    /// </summary>
    /// <inheritdoc/>
    public override (float[] Parameters, float[] Buffers) Initialize(ulong seed)
    {
        float[] parameters = new float[Parameters.Count];
        for (int layer = 0; layer < Layers; layer++)
        {
            ParameterEntry weight = Parameters.Entries[2 * layer];
            double bound = Math.Sqrt(3.0 * weight.Shape[0] / weight.Count);
            var random = new PhiloxRandom(seed, RandomPurpose.Initialization, (uint)layer);
            foreach (ref float value in Parameters.Slice(parameters, 2 * layer))
            {
                value = (float)(((2 * random.NextDouble()) - 1) * bound);
            }
        }

        return (parameters, []);
    }

    /// <inheritdoc/>
    public override void Load(ReadOnlySpan<float> parameters, ReadOnlySpan<float> buffers) => _parameters.Load(parameters);

    /// <inheritdoc/>
    public override Tensor ForwardTraining(Tensor images_NCHW)
    {
        using DisposeScope scope = NewDisposeScope();

        // What an earlier pass that broke off has left belongs to no one.
        _parameters.Gradient.Clear();
        Release();
        _output_ND = Apply(images_NCHW).DetachFromDisposeScope();

        // A copy, since dropout writes into what is given out.
        return _output_ND.detach().clone().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override void Backward(Tensor gradient_ND)
    {
        _output_ND!.backward([gradient_ND]);
        Release();
    }

    /// <inheritdoc/>
    public override Tensor ForwardInference(Tensor images_NCHW)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable _ = no_grad();
        return Apply(images_NCHW).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override void TakeGradient(Span<float> gradient)
    {
        _parameters.Gradient.CopyTo(gradient);
        _parameters.Gradient.Clear();
    }

    /// <inheritdoc/>
    public override void ReadBatchStatistics(Span<float> statistics)
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Release();
        _parameters.Dispose();
    }

    private static int Shrink(int side) => (side - Kernel + 1) / 2;

    private static ParameterEntry[] EntriesOf(string name, int[] shape) => [new($"{name}.weight", shape), new($"{name}.bias", [shape[0]], WeightDecayScale: 0)];

    private Tensor Apply(Tensor images_NCHW)
    {
        Tensor activations_NFHW = Pool(functional.conv2d(images_NCHW, _parameters[0], _parameters[1]));
        activations_NFHW = Pool(functional.conv2d(activations_NFHW, _parameters[2], _parameters[3]));
        Tensor hidden_NF = functional.relu(functional.linear(activations_NFHW.flatten(1), _parameters[4], _parameters[5]));
        return functional.linear(hidden_NF, _parameters[6], _parameters[7]);
    }

    private static Tensor Pool(Tensor activations_NFHW) => functional.max_pool2d(activations_NFHW, 2L);

    private void Release()
    {
        _output_ND?.Dispose();
        _output_ND = null;
    }
}
