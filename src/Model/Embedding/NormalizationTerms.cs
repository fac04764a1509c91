using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace S2M.Model.Embedding;

/// <summary>What the gradient through batch norm needs of each channel (docs/maths.md, eq. 30).</summary>
/// <param name="scale">gamma / sigma.</param>
/// <param name="mean">The batch mean.</param>
/// <param name="common">gamma / sigma x mean gradient.</param>
/// <param name="pull">gamma / sigma^3 x mean of gradient x (activation - mean).</param>
internal readonly ref struct NormalizationTerms(ReadOnlySpan<float> scale, ReadOnlySpan<float> mean, ReadOnlySpan<float> common, ReadOnlySpan<float> pull)
{
    private readonly ReadOnlySpan<float> _scale = scale;
    private readonly ReadOnlySpan<float> _mean = mean;
    private readonly ReadOnlySpan<float> _common = common;
    private readonly ReadOnlySpan<float> _pull = pull;

    /// <summary>The terms of neighbouring channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Load(nuint channel, out Vector256<float> scale, out Vector256<float> mean, out Vector256<float> common, out Vector256<float> pull)
    {
        scale = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(_scale), channel);
        mean = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(_mean), channel);
        common = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(_common), channel);
        pull = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(_pull), channel);
    }
}
