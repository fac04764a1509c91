// Shapes: N images, D descriptor size.
using S2M.Data.Sampling;
using S2M.Numerics.Randomness;
using static TorchSharp.torch;

namespace S2M.Model.Embedding;

/// <summary>Drops elements of descriptors; the mask follows from the episode's address (Srivastava et al. 2014, scaled in training).</summary>
internal sealed class DescriptorDropout : IDisposable
{
    private readonly Tensor? _mask_ND;

    /// <summary>Draws the mask of an episode.</summary>
    /// <param name="raw_ND">Raw descriptors, shape (N, D), float32.</param>
    /// <param name="probability">Share of elements set to zero, 0 (nothing happens) to 0.9.</param>
    /// <param name="address">The episode.</param>
    internal DescriptorDropout(Tensor raw_ND, double probability, EpisodeAddress address)
    {
        if (probability == 0)
        {
            return;
        }

        var random = new PhiloxRandom(address.Seed, RandomPurpose.Dropout, (uint)address.Step, (uint)address.Index);
        _mask_ND = empty_like(raw_ND).DetachFromDisposeScope();
        float kept = (float)(1 / (1 - probability));
        foreach (ref float factor in TensorMemory.Elements<float>(_mask_ND))
        {
            factor = random.NextDouble() < probability ? 0f : kept;
        }
    }

    /// <summary>Applies the mask in place: to descriptors on the way forward, to their gradient on the way back.</summary>
    /// <param name="values_ND">Shape (N, D), float32.</param>
    internal void Apply(Tensor values_ND)
    {
        if (_mask_ND is not null)
        {
            values_ND.mul_(_mask_ND);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _mask_ND?.Dispose();
}
