// Shapes: N images, H height and width, F channels; activations are channels-last in memory.
using static TorchSharp.torch;

namespace S2M.Model.Embedding;

/// <summary>
/// Batch norm with the batch's statistics, 2 x 2 max pool and ReLU, forward and backward (Ioffe and Szegedy 2015; docs/maths.md, eqs. 29 and 30). The pool
/// stands before the ReLU: both are monotone, so the function is the same.
/// </summary>
internal sealed class NormalizedPooling : IDisposable
{
    private const double Epsilon = 1e-5;

    private readonly ActivationShape _unit;
    private readonly float[] _means;
    private readonly float[] _variances;
    private readonly float[] _scale;
    private readonly float[] _shift;
    private Tensor? _activations_NHHF;
    private Tensor? _selected_NHHF;

    /// <summary>Sets the size.</summary>
    /// <param name="side">Height and width of the activations, at least 2.</param>
    /// <param name="channels">A multiple of <see cref="ChannelStatistics.Run"/>.</param>
    internal NormalizedPooling(int side, int channels)
    {
        _unit = new ActivationShape(1, side, channels);
        _means = new float[channels];
        _variances = new float[channels];
        _scale = new float[channels];
        _shift = new float[channels];
    }

    /// <summary>Means of the last batch, one a channel.</summary>
    internal ReadOnlySpan<float> Means => _means;

    /// <summary>Biased variances of the last batch, one a channel.</summary>
    internal ReadOnlySpan<float> Variances => _variances;

    /// <summary>Normalises with the batch's own statistics, and keeps what <see cref="Backward"/> needs.</summary>
    /// <param name="activations_NHHF">Shape (N, H, H, F), float32, contiguous.</param>
    /// <param name="gamma">Scales, one a channel.</param>
    /// <param name="beta">Shifts, one a channel.</param>
    /// <returns>Shape (N, H / 2, H / 2, F), float32, contiguous.</returns>
    internal Tensor Forward(Tensor activations_NHHF, ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta)
    {
        Release();
        ActivationShape shape = ShapeOf(activations_NHHF);
        ReadOnlySpan<float> values = TensorMemory.Elements<float>(activations_NHHF);
        ChannelStatistics.Compute(values, shape.Images, _means, _variances);
        Scale(gamma, beta, _means, _variances);
        Tensor pooled_NHHF = Pooled(shape);
        _activations_NHHF = activations_NHHF.alias().DetachFromDisposeScope();
        _selected_NHHF = Pooled(shape).DetachFromDisposeScope();
        PoolingKernels.Forward(values, shape, _scale, _shift, TensorMemory.Elements<float>(pooled_NHHF), TensorMemory.Elements<float>(_selected_NHHF));
        return pooled_NHHF;
    }

    /// <summary>Normalises with running statistics.</summary>
    /// <inheritdoc cref="Forward"/>
    internal Tensor ForwardInference(Tensor activations_NHHF, ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta, ReadOnlySpan<float> means, ReadOnlySpan<float> variances)
    {
        ActivationShape shape = ShapeOf(activations_NHHF);
        Scale(gamma, beta, means, variances);
        Tensor pooled_NHHF = Pooled(shape);
        PoolingKernels.Forward(TensorMemory.Elements<float>(activations_NHHF), shape, _scale, _shift, TensorMemory.Elements<float>(pooled_NHHF), []);
        return pooled_NHHF;
    }

    /// <summary>The gradient of the last <see cref="Forward"/>; what that kept is freed.</summary>
    /// <param name="gradient_NHHF">dL/dpooled, float32, contiguous.</param>
    /// <param name="gamma">As given to <see cref="Forward"/>.</param>
    /// <param name="gammaGradient">Is added to.</param>
    /// <param name="betaGradient">Is added to.</param>
    /// <returns>dL/dactivations, shape (N, H, H, F), float32, contiguous.</returns>
    internal Tensor Backward(Tensor gradient_NHHF, ReadOnlySpan<float> gamma, Span<float> gammaGradient, Span<float> betaGradient)
    {
        ActivationShape shape = ShapeOf(_activations_NHHF!);
        ReadOnlySpan<float> gradient = TensorMemory.Elements<float>(gradient_NHHF);
        ReadOnlySpan<float> selected = TensorMemory.Elements<float>(_selected_NHHF!);
        double[] sums = new double[shape.Channels];
        double[] moments = new double[shape.Channels];
        PoolingKernels.SumGradients(gradient, selected, shape.Images, _means, sums, moments);
        double count = (double)shape.Images * shape.Side * shape.Side;
        float[] common = new float[shape.Channels];
        float[] pull = new float[shape.Channels];
        for (int channel = 0; channel < shape.Channels; channel++)
        {
            double inverse = 1 / Math.Sqrt(_variances[channel] + Epsilon);
            double scale = gamma[channel] * inverse;
            gammaGradient[channel] += (float)(moments[channel] * inverse);
            betaGradient[channel] += (float)sums[channel];
            common[channel] = (float)(scale * sums[channel] / count);
            pull[channel] = (float)(scale * inverse * inverse * moments[channel] / count);
        }

        Tensor activationGradient_NHHF = empty([shape.Images, shape.Side, shape.Side, shape.Channels], ScalarType.Float32);
        PoolingKernels.Backward(
            TensorMemory.Elements<float>(_activations_NHHF!), shape, selected, gradient, new NormalizationTerms(_scale, _means, common, pull), TensorMemory.Elements<float>(activationGradient_NHHF));
        Release();
        return activationGradient_NHHF;
    }

    /// <inheritdoc/>
    public void Dispose() => Release();

    private void Release()
    {
        _activations_NHHF?.Dispose();
        _selected_NHHF?.Dispose();
        _activations_NHHF = _selected_NHHF = null;
    }

    private void Scale(ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta, ReadOnlySpan<float> means, ReadOnlySpan<float> variances)
    {
        for (int channel = 0; channel < _scale.Length; channel++)
        {
            double scale = gamma[channel] / Math.Sqrt(variances[channel] + Epsilon);
            _scale[channel] = (float)scale;
            _shift[channel] = (float)(beta[channel] - (means[channel] * scale));
        }
    }

    private ActivationShape ShapeOf(Tensor activations_NHHF) => _unit with { Images = (int)activations_NHHF.shape[0] };

    private static Tensor Pooled(ActivationShape shape) => empty([shape.Images, shape.Half, shape.Half, shape.Channels], ScalarType.Float32);
}
