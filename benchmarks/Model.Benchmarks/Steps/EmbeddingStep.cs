// Shapes: P images of the pool, C, H, W channels, height and width, D descriptor size.
using System.Runtime.InteropServices;
using S2M.Model.Embedding;
using S2M.Numerics.Parameters;
using S2M.Numerics.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model.Benchmarks.Steps;

/// <summary>The embedding's forward and backward pass alone: a step without its head, and what the peers compute.</summary>
internal sealed class EmbeddingStep : IDisposable
{
    private const uint CotangentPurpose = 1000;

    private readonly EmbeddingNetwork _embedding;
    private readonly Tensor _images_PCHW;
    private readonly Tensor _cotangent_PD;
    private readonly float[] _gradient;

    /// <summary>Loads the parameters and draws a gradient with respect to the descriptors.</summary>
    /// <param name="embedding">The network; disposed with this.</param>
    /// <param name="snapshot">A version whose first parameters are the embedding's.</param>
    /// <param name="images_PCHW">Shape (P, C, H, W), float32; not disposed.</param>
    internal EmbeddingStep(EmbeddingNetwork embedding, ParameterSnapshot snapshot, Tensor images_PCHW)
    {
        _embedding = embedding;
        _images_PCHW = images_PCHW;
        _gradient = new float[embedding.Parameters.Count];
        Parameters = snapshot.Parameters[..embedding.Parameters.Count];
        embedding.Load(Parameters, snapshot.Buffers);
        var random = new PhiloxRandom(seed: 1, CotangentPurpose);
        Cotangent = new float[images_PCHW.shape[0] * embedding.DescriptorSize];
        foreach (ref float value in Cotangent.AsSpan())
        {
            value = (float)random.NextNormal();
        }

        _cotangent_PD = empty([images_PCHW.shape[0], embedding.DescriptorSize], ScalarType.Float32);
        MemoryMarshal.AsBytes(Cotangent.AsSpan()).CopyTo(_cotangent_PD.bytes);
    }

    /// <summary>The embedding's parameters, in the order of its layout.</summary>
    internal float[] Parameters { get; }

    /// <summary>What the backward pass starts from, P x D.</summary>
    internal float[] Cotangent { get; }

    /// <summary>Forward, backward, gradient taken.</summary>
    internal void Run()
    {
        using DisposeScope scope = NewDisposeScope();
        _ = _embedding.ForwardTraining(_images_PCHW);
        _embedding.Backward(_cotangent_PD);
        _embedding.TakeGradient(_gradient);
    }

    /// <summary>Descriptors, P x D, and the gradient of the parameters, for comparison with a peer.</summary>
    internal (float[] Descriptors, float[] Gradient) Compute()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor raw_PD = _embedding.ForwardTraining(_images_PCHW);
        float[] descriptors = MemoryMarshal.Cast<byte, float>(raw_PD.bytes).ToArray();
        _embedding.Backward(_cotangent_PD);
        _embedding.TakeGradient(_gradient);
        return (descriptors, [.. _gradient]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _embedding.Dispose();
        _cotangent_PD.Dispose();
    }
}
