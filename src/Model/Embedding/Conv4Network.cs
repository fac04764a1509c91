// Shapes: N images, C channels of the images, F filters, H height, W width, D descriptor size.
using S2M.Numerics.Parameters;
using S2M.Numerics.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model.Embedding;

/// <summary>
/// Four blocks of 3 x 3 convolution with 64 filters, batch norm, 2 x 2 max pool and ReLU (Vinyals et al. 2016). Convolutions have no bias, which
/// batch norm would take out again.
/// </summary>
public sealed class Conv4Network : EmbeddingNetwork
{
    private const int Blocks = 4;
    private const int Filters = 64;
    private const int TensorsPerBlock = 3;

    private readonly int _channels;
    private readonly int _size;
    private readonly FlatParameters _parameters;
    private readonly FlatParameters _running;
    private readonly ConvolutionBlock[] _blocks;

    /// <summary>Makes the network with zeroed values.</summary>
    /// <param name="size">Height and width of the images in pixels, at least 16.</param>
    /// <param name="channels">Channels of the images, 1 or 3.</param>
    /// <exception cref="Set2ModelException">The images are smaller than 16 pixels.</exception>
    public Conv4Network(int size, int channels)
    {
        if (size < 16)
        {
            throw new Set2ModelException($"data.image.size: conv4 halves images four times: expected at least 16 pixels, got {size}; enlarge it");
        }

        _channels = channels;
        _size = size;
        DescriptorSize = Filters * (size / 16) * (size / 16);
        Parameters = new ParameterLayout([.. Enumerable.Range(0, Blocks).SelectMany(ParametersOf)]);
        Buffers = new ParameterLayout([.. Enumerable.Range(0, Blocks).SelectMany(BuffersOf)]);
        _parameters = new FlatParameters(Parameters, withGradient: true);
        _running = new FlatParameters(Buffers, withGradient: false);
        _blocks = [.. Enumerable.Range(0, Blocks).Select(block => new ConvolutionBlock(_parameters, block * TensorsPerBlock, size >> block, Filters, isFirst: block == 0))];
    }

    /// <inheritdoc/>
    public override ParameterLayout Parameters { get; }

    /// <inheritdoc/>
    public override ParameterLayout Buffers { get; }

    /// <inheritdoc/>
    public override int DescriptorSize { get; }

    /// <summary>
    /// Convolutions: uniform within 1 / sqrt(fan-in); scales 1, shifts 0; running mean 0, variance 1. Batch norm takes the size of a convolution's
    /// weights out of the function, so it only sets how fast they turn: docs/decisions/0007.
    /// </summary>
    /// <inheritdoc/>
    public override (float[] Parameters, float[] Buffers) Initialize(ulong seed)
    {
        float[] parameters = new float[Parameters.Count];
        float[] buffers = new float[Buffers.Count];
        for (int block = 0; block < Blocks; block++)
        {
            var random = new PhiloxRandom(seed, RandomPurpose.Initialization, (uint)block);
            double bound = 1 / Math.Sqrt(9 * InputsOf(block));
            foreach (ref float weight in Parameters.Slice(parameters, block * TensorsPerBlock))
            {
                weight = (float)(((2 * random.NextDouble()) - 1) * bound);
            }

            Parameters.Slice(parameters, (block * TensorsPerBlock) + 1).Fill(1f);
            Buffers.Slice(buffers, (block * 2) + 1).Fill(1f);
        }

        return (parameters, buffers);
    }

    /// <inheritdoc/>
    public override void Load(ReadOnlySpan<float> parameters, ReadOnlySpan<float> buffers)
    {
        _parameters.Load(parameters);
        _running.Load(buffers);
    }

    /// <inheritdoc/>
    public override Tensor ForwardTraining(Tensor images_NCHW)
    {
        using DisposeScope scope = NewDisposeScope();

        // What an earlier pass that broke off has left belongs to no one.
        _parameters.Gradient.Clear();
        Tensor activations_NHWF = images_NCHW.permute(0, 2, 3, 1).contiguous();
        foreach (ConvolutionBlock block in _blocks)
        {
            activations_NHWF = block.Forward(activations_NHWF);
        }

        return Flatten(activations_NHWF).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override void Backward(Tensor gradient_ND)
    {
        using DisposeScope scope = NewDisposeScope();
        int side = _size >> Blocks;
        Tensor? gradient_NHWF = gradient_ND.view(-1, Filters, side, side).permute(0, 2, 3, 1).contiguous();
        for (int block = Blocks - 1; block >= 0; block--)
        {
            gradient_NHWF = _blocks[block].Backward(gradient_NHWF!);
        }
    }

    /// <inheritdoc/>
    public override Tensor ForwardInference(Tensor images_NCHW)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor activations_NHWF = images_NCHW.permute(0, 2, 3, 1).contiguous();
        for (int block = 0; block < Blocks; block++)
        {
            activations_NHWF = _blocks[block].ForwardInference(activations_NHWF, _running.ValuesOf(block * 2), _running.ValuesOf((block * 2) + 1));
        }

        return Flatten(activations_NHWF).MoveToOuterDisposeScope();
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
        for (int block = 0; block < Blocks; block++)
        {
            _blocks[block].Means.CopyTo(Buffers.Slice(statistics, block * 2));
            _blocks[block].Variances.CopyTo(Buffers.Slice(statistics, (block * 2) + 1));
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Array.ForEach(_blocks, block => block.Dispose());
        _parameters.Dispose();
        _running.Dispose();
    }

    // Descriptors list their filters first, whatever the memory's order: (N, F, H, W) as everywhere else.
    private static Tensor Flatten(Tensor activations_NHWF) => activations_NHWF.permute(0, 3, 1, 2).contiguous().flatten(1);

    private int InputsOf(int block) => block == 0 ? _channels : Filters;

    private IEnumerable<ParameterEntry> ParametersOf(int block) =>
    [
        new($"blocks.{block}.convolution.weight", [Filters, InputsOf(block), 3, 3]),
        new($"blocks.{block}.normalization.weight", [Filters], WeightDecayScale: 0),
        new($"blocks.{block}.normalization.bias", [Filters], WeightDecayScale: 0),
    ];

    private static IEnumerable<ParameterEntry> BuffersOf(int block) =>
    [
        new($"blocks.{block}.normalization.running_mean", [Filters]),
        new($"blocks.{block}.normalization.running_var", [Filters]),
    ];
}
