// Shapes: N images, D descriptor size.
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model.Embedding;

/// <summary>x = z / max(|z|, 1e-12) row by row, in float64, and its gradient (docs/maths.md, Descriptors).</summary>
public sealed class L2Normalization : IDisposable
{
    private const double Smallest = 1e-12;
    private readonly Tensor _directions_ND;
    private readonly Tensor _inverseNorms_N1;

    private L2Normalization(Tensor directions_ND, Tensor inverseNorms_N1, int zeroRows)
    {
        _directions_ND = directions_ND;
        _inverseNorms_N1 = inverseNorms_N1;
        ZeroRows = zeroRows;
    }

    /// <summary>The normalised descriptors x, shape (N, D), float64; owned by this object.</summary>
    public Tensor Descriptors_ND => _directions_ND;

    /// <summary>Rows of length zero: they stay zero and give no gradient.</summary>
    public int ZeroRows { get; }

    /// <summary>Normalises.</summary>
    /// <param name="raw_ND">Raw descriptors z, shape (N, D), float32 or float64.</param>
    public static L2Normalization Apply(Tensor raw_ND)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable _ = no_grad();
        Tensor wide_ND = raw_ND.detach().to_type(ScalarType.Float64);
        Tensor norms_N1 = wide_ND.norm(1, keepdim: true);
        int zeroRows = 0;
        Tensor inverse_N1 = empty_like(norms_N1);
        Span<double> norms = TensorMemory.Elements<double>(norms_N1);
        Span<double> inverse = TensorMemory.Elements<double>(inverse_N1);
        for (int row = 0; row < norms.Length; row++)
        {
            bool zero = norms[row] <= Smallest;
            zeroRows += zero ? 1 : 0;
            inverse[row] = zero ? 0 : 1 / norms[row];
        }

        return new L2Normalization(wide_ND.mul(inverse_N1).MoveToOuterDisposeScope(), inverse_N1.MoveToOuterDisposeScope(), zeroRows);
    }

    /// <summary>(g - x (g.x)) / |z|.</summary>
    /// <param name="gradient_ND">dL/dx, shape (N, D), float64.</param>
    /// <returns>dL/dz, shape (N, D), float64.</returns>
    public Tensor Backward(Tensor gradient_ND)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable _ = no_grad();
        Tensor along_N1 = gradient_ND.mul(_directions_ND).sum(1L, keepdim: true);
        return gradient_ND.sub(_directions_ND.mul(along_N1)).mul_(_inverseNorms_N1).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _directions_ND.Dispose();
        _inverseNorms_N1.Dispose();
    }
}
