using S2M.Model.Embedding;
using S2M.Numerics.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model.Tests.Embedding;

/// <summary>What tests of embedding networks are fed with and measured by.</summary>
internal static class EmbeddingProbe
{
    /// <summary>Normal numbers of a stream.</summary>
    internal static float[] Draws(int count, uint stream)
    {
        var random = new PhiloxRandom(21, 99, stream);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextNormal())];
    }

    /// <summary>Images of values of at least 0.</summary>
    internal static Tensor Images(int count, int size, int channels)
        => torch.tensor([.. Draws(count * channels * size * size, 77).Select(Math.Abs)], [count, channels, size, size]);

    /// <summary>The gradient after so many passes.</summary>
    internal static float[] Gradient(EmbeddingNetwork network, Tensor images, Tensor cotangent, int times)
    {
        for (int i = 0; i < times; i++)
        {
            network.ForwardTraining(images).Dispose();
            network.Backward(cotangent);
        }

        float[] gradient = new float[network.Parameters.Count];
        network.TakeGradient(gradient);
        return gradient;
    }

    /// <summary>The largest difference relative to the largest value.</summary>
    internal static double Error(float[] got, double[] expected) => got.Zip(expected, (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs);
}
