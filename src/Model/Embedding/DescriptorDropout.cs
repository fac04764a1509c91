// Shapes: N images, D descriptor size.
using S2M.Data.Sampling;
using S2M.Numerics.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model.Embedding;

/// <summary>Drops elements of descriptors; the mask follows from the episode's address (Srivastava et al. 2014, scaled in training).</summary>
internal static class DescriptorDropout
{
    /// <summary>Applies dropout in training.</summary>
    /// <param name="raw_ND">Raw descriptors, shape (N, D), float32, with a graph.</param>
    /// <param name="probability">Share of elements set to zero, 0 to 0.9; at 0 the input is returned.</param>
    /// <param name="address">The episode.</param>
    internal static Tensor Apply(Tensor raw_ND, double probability, EpisodeAddress address)
    {
        if (probability == 0)
        {
            return raw_ND;
        }

        using DisposeScope scope = NewDisposeScope();
        var random = new PhiloxRandom(address.Seed, RandomPurpose.Dropout, (uint)address.Step, (uint)address.Index);
        Tensor mask_ND = empty_like(raw_ND);
        float kept = (float)(1 / (1 - probability));
        foreach (ref float factor in TensorMemory.Elements<float>(mask_ND))
        {
            factor = random.NextDouble() < probability ? 0f : kept;
        }

        return raw_ND.mul(mask_ND).MoveToOuterDisposeScope();
    }
}
