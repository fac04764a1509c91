using S2M.Numerics.Parameters;
using static TorchSharp.torch;

namespace S2M.Model.Embedding;

/// <summary>An embedding z = f(image; w) with batch norm, where it has one, over buffers of our own. Used by one thread at a time.</summary>
public abstract class EmbeddingNetwork : IDisposable
{
    /// <summary>Names and shapes of the trainable tensors.</summary>
    public abstract ParameterLayout Parameters { get; }

    /// <summary>Names and shapes of the batch statistics: for each batch norm its mean, then its variance.</summary>
    public abstract ParameterLayout Buffers { get; }

    /// <summary>Length D of a descriptor.</summary>
    public abstract int DescriptorSize { get; }

    /// <summary>Initial values, from the seed alone.</summary>
    /// <param name="seed">The job's seed.</param>
    /// <returns>Parameters and buffers in the order of their layouts.</returns>
    public abstract (float[] Parameters, float[] Buffers) Initialize(ulong seed);

    /// <summary>Loads a version.</summary>
    /// <param name="parameters">Flat values, length of <see cref="Parameters"/>.</param>
    /// <param name="buffers">Flat running statistics, length of <see cref="Buffers"/>.</param>
    public abstract void Load(ReadOnlySpan<float> parameters, ReadOnlySpan<float> buffers);

    /// <summary>The forward pass on an episode's images; batch norm uses their statistics, which <see cref="ReadBatchStatistics"/> then gives. The gradient starts from 0.</summary>
    /// <param name="images_NCHW">Shape (N, C, H, W), float32, values in [0, 1].</param>
    /// <returns>Raw descriptors z, shape (N, D), float32, without a graph; <see cref="Backward"/> goes on from their gradient.</returns>
    public abstract Tensor ForwardTraining(Tensor images_NCHW);

    /// <summary>Computes the gradient of the parameters for the last <see cref="ForwardTraining"/>; once for each forward pass.</summary>
    /// <param name="gradient_ND">dL/dz, shape (N, D), float32.</param>
    public abstract void Backward(Tensor gradient_ND);

    /// <summary>The forward pass with running statistics, without a graph.</summary>
    /// <param name="images_NCHW">Shape (N, C, H, W), float32, values in [0, 1].</param>
    /// <returns>Raw descriptors z, shape (N, D), float32.</returns>
    public abstract Tensor ForwardInference(Tensor images_NCHW);

    /// <summary>Writes the gradient of the last <see cref="Backward"/> and clears it.</summary>
    /// <param name="gradient">Length of <see cref="Parameters"/>.</param>
    public abstract void TakeGradient(Span<float> gradient);

    /// <summary>Writes means and biased variances of the last training forward pass.</summary>
    /// <param name="statistics">Length of <see cref="Buffers"/>.</param>
    public abstract void ReadBatchStatistics(Span<float> statistics);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees native memory.</summary>
    protected abstract void Dispose(bool disposing);
}
