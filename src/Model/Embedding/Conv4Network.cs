// Shapes: N images, C channels of the images, F filters, H height, W width, D descriptor size.
using S2M.Numerics.Parameters;
using S2M.Numerics.Randomness;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace S2M.Model.Embedding;

/// <summary>
/// Four blocks of 3 x 3 convolution with 64 filters, batch norm, 2 x 2 max pool and ReLU (Vinyals et al. 2016). The pool stands before the
/// ReLU: both are monotone, so the function is the same, and the ReLU does a quarter of the work. Convolutions have no bias, which batch norm
/// would take out again.
/// </summary>
public sealed class Conv4Network : EmbeddingNetwork
{
    private const int Blocks = 4;
    private const int Filters = 64;
    private const int TensorsPerBlock = 3;
    private const double NormalizationEpsilon = 1e-5;
    private static readonly long[] Padding = [1, 1];

    private readonly int _channels;
    private readonly int _size;
    private readonly FlatParameters _parameters;
    private readonly FlatParameters _running;
    private readonly FlatParameters _batch;
    private int _lastImages;

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
        _batch = new FlatParameters(Buffers, withGradient: false);
    }

    /// <inheritdoc/>
    public override ParameterLayout Parameters { get; }

    /// <inheritdoc/>
    public override ParameterLayout Buffers { get; }

    /// <inheritdoc/>
    public override int DescriptorSize { get; }

    /// <summary>Convolutions: normal with variance 2 / fan-in (He et al. 2015); scales 1, shifts 0; running mean 0, variance 1.</summary>
    /// <inheritdoc/>
    public override (float[] Parameters, float[] Buffers) Initialize(ulong seed)
    {
        float[] parameters = new float[Parameters.Count];
        float[] buffers = new float[Buffers.Count];
        for (int block = 0; block < Blocks; block++)
        {
            var random = new PhiloxRandom(seed, RandomPurpose.Initialization, (uint)block);
            double deviation = Math.Sqrt(2.0 / (9 * InputsOf(block)));
            foreach (ref float weight in Parameters.Slice(parameters, block * TensorsPerBlock))
            {
                weight = (float)(random.NextNormal() * deviation);
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
        _lastImages = (int)images_NCHW.shape[0];

        // Momentum 1 multiplies what was there by 0, which a NaN of an earlier episode would survive.
        _batch.Values.Clear();
        return Forward(images_NCHW, _batch, training: true);
    }

    /// <inheritdoc/>
    public override Tensor ForwardInference(Tensor images_NCHW)
    {
        using IDisposable _ = no_grad();
        return Forward(images_NCHW, _running, training: false);
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
        _batch.Values.CopyTo(statistics);
        int side = _size;
        for (int block = 0; block < Blocks; block++)
        {
            // torch leaves the unbiased variance; the tree averages biased ones (docs/maths.md, batch norm).
            float count = (float)_lastImages * side * side;
            foreach (ref float variance in Buffers.Slice(statistics, (block * 2) + 1))
            {
                variance *= (count - 1f) / count;
            }

            side /= 2;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _parameters.Dispose();
        _running.Dispose();
        _batch.Dispose();
    }

    private Tensor Forward(Tensor images_NCHW, FlatParameters statistics, bool training)
    {
        using DisposeScope scope = NewDisposeScope();

        // Channels-last memory: the same shape with the channel as the innermost stride, which the convolutions run faster on.
        Tensor activations_NFHW = images_NCHW.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        for (int block = 0; block < Blocks; block++)
        {
            int tensor = block * TensorsPerBlock;
            activations_NFHW = functional.conv2d(activations_NFHW, _parameters[tensor], padding: Padding);

            // Momentum 1 makes the running statistics those of this batch.
            activations_NFHW = functional.batch_norm(
                activations_NFHW, statistics[block * 2], statistics[(block * 2) + 1], _parameters[tensor + 1], _parameters[tensor + 2], training, 1.0, NormalizationEpsilon);
            activations_NFHW = functional.max_pool2d(activations_NFHW, 2L).relu_();
        }

        return activations_NFHW.flatten(1).MoveToOuterDisposeScope();
    }

    private int InputsOf(int block) => block == 0 ? _channels : Filters;

    private IEnumerable<ParameterEntry> ParametersOf(int block) =>
    [
        new($"blocks.{block}.convolution.weight", [Filters, InputsOf(block), 3, 3]),
        new($"blocks.{block}.normalization.weight", [Filters]),
        new($"blocks.{block}.normalization.bias", [Filters]),
    ];

    private static IEnumerable<ParameterEntry> BuffersOf(int block) =>
    [
        new($"blocks.{block}.normalization.running_mean", [Filters]),
        new($"blocks.{block}.normalization.running_var", [Filters]),
    ];
}
