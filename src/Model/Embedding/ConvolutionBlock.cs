// Shapes: N images, C input channels, H height and width, F filters.
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace S2M.Model.Embedding;

/// <summary>
/// A 3 x 3 convolution without bias, batch norm, 2 x 2 max pool and ReLU. The convolution is libtorch's; what lies between convolutions is
/// <see cref="NormalizedPooling"/>. In and out tensors are channels-last: shape (N, H, H, C), contiguous.
/// </summary>
internal sealed class ConvolutionBlock : IDisposable
{
    private static readonly long[] Padding = [1, 1];

    private readonly FlatParameters _parameters;
    private readonly int _entry;
    private readonly bool _isFirst;
    private readonly NormalizedPooling _pooling;
    private Tensor? _input_NCHH;
    private Tensor? _output_NFHH;

    /// <summary>Makes the block.</summary>
    /// <param name="parameters">Holds weight, gamma and beta in neighbouring entries.</param>
    /// <param name="entry">The weight's entry.</param>
    /// <param name="side">Height and width of the input.</param>
    /// <param name="filters">F.</param>
    /// <param name="isFirst">Whether the input is the images, which need no gradient.</param>
    internal ConvolutionBlock(FlatParameters parameters, int entry, int side, int filters, bool isFirst)
    {
        _parameters = parameters;
        _entry = entry;
        _isFirst = isFirst;
        _pooling = new NormalizedPooling(side, filters);
    }

    /// <summary>Means of the last training batch.</summary>
    internal ReadOnlySpan<float> Means => _pooling.Means;

    /// <summary>Biased variances of the last training batch.</summary>
    internal ReadOnlySpan<float> Variances => _pooling.Variances;

    /// <summary>The forward pass with the batch's statistics; keeps what <see cref="Backward"/> needs.</summary>
    internal Tensor Forward(Tensor input_NHHC)
    {
        Release();
        _input_NCHH = input_NHHC.permute(0, 3, 1, 2).DetachFromDisposeScope();
        _input_NCHH.requires_grad_(!_isFirst);
        using (_isFirst ? no_grad() : null)
        {
            _output_NFHH = Convolve(_input_NCHH).DetachFromDisposeScope();
        }

        using Tensor activations_NHHF = ChannelsLast(_output_NFHH);
        return _pooling.Forward(activations_NHHF, _parameters.ValuesOf(_entry + 1), _parameters.ValuesOf(_entry + 2));
    }

    /// <summary>The forward pass with running statistics.</summary>
    internal Tensor ForwardInference(Tensor input_NHHC, ReadOnlySpan<float> means, ReadOnlySpan<float> variances)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable _ = no_grad();
        Tensor activations_NHHF = ChannelsLast(Convolve(input_NHHC.permute(0, 3, 1, 2)));
        return _pooling.ForwardInference(activations_NHHF, _parameters.ValuesOf(_entry + 1), _parameters.ValuesOf(_entry + 2), means, variances).MoveToOuterDisposeScope();
    }

    /// <summary>Adds the gradients of the block's parameters; what <see cref="Forward"/> kept is freed.</summary>
    /// <param name="gradient_NHHF">dL/doutput.</param>
    /// <returns>dL/dinput, or null where the input is the images.</returns>
    internal Tensor? Backward(Tensor gradient_NHHF)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor activationGradient_NHHF = _pooling.Backward(
            gradient_NHHF, _parameters.ValuesOf(_entry + 1), _parameters.GradientOf(_entry + 1), _parameters.GradientOf(_entry + 2));
        Tensor? inputGradient_NHHC = null;
        if (_isFirst)
        {
            AddWeightGradient(activationGradient_NHHF);
        }
        else
        {
            _output_NFHH!.backward([activationGradient_NHHF.permute(0, 3, 1, 2)]);
            inputGradient_NHHC = ChannelsLast(_input_NCHH!.grad!).MoveToOuterDisposeScope();
        }

        Release();
        return inputGradient_NHHC;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        _pooling.Dispose();
    }

    private Tensor Convolve(Tensor input_NCHH) => functional.conv2d(input_NCHH, _parameters[_entry], padding: Padding);

    private static Tensor ChannelsLast(Tensor values_NFHH)
    {
        using Tensor detached_NFHH = values_NFHH.detach();
        using Tensor moved_NHHF = detached_NFHH.permute(0, 2, 3, 1);
        return moved_NHHF.contiguous();
    }

    /// <summary>
    /// The first convolution's weight gradient as one matrix product over image patches: with so few input channels libtorch's own takes ten times as long
    /// (docs/decisions/0006).
    /// </summary>
    private void AddWeightGradient(Tensor gradient_NHHF)
    {
        using Tensor patches_RK = ImagePatches.Of(_input_NCHH!);
        long filters = gradient_NHHF.shape[3];
        Tensor weight_KF = patches_RK.t().mm(gradient_NHHF.view(-1, filters));
        ReadOnlySpan<float> values = TensorMemory.Elements<float>(weight_KF);
        Span<float> gradient = _parameters.GradientOf(_entry);
        int width = values.Length / (int)filters;
        for (int filter = 0; filter < filters; filter++)
        {
            for (int tap = 0; tap < width; tap++)
            {
                gradient[(filter * width) + tap] += values[(tap * (int)filters) + filter];
            }
        }
    }

    private void Release()
    {
        _input_NCHH?.grad?.Dispose();
        _input_NCHH?.Dispose();
        _output_NFHH?.Dispose();
        _input_NCHH = _output_NFHH = null;
    }
}
