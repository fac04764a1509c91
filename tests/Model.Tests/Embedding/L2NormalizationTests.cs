using S2M.Model.Embedding;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model.Tests.Embedding;

public sealed class L2NormalizationTests
{
    private const double Tolerance = 1e-12;

    [Fact]
    public void Apply_ZeroRow_StaysZeroIsCountedAndGivesNoGradient()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor raw = torch.tensor(new double[] { 3, 4, 0, 0 }, [2, 2], ScalarType.Float64);

        using L2Normalization normalized = L2Normalization.Apply(raw);
        double[] gradient = normalized.Backward(ones_like(raw)).data<double>().ToArray();

        normalized.Descriptors_ND.data<double>().ToArray().Zip([0.6, 0.8, 0, 0], (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(Tolerance);
        normalized.ZeroRows.ShouldBe(1);
        gradient[2..].ShouldBe([0, 0]);
    }

    [Fact]
    public void Backward_RandomRows_EqualsAutograd()
    {
        using DisposeScope scope = NewDisposeScope();
        double[] values = [.. Enumerable.Range(0, 24).Select(i => Math.Cos(i * 1.9) * (i + 1))];
        Tensor raw = torch.tensor(values, [4, 6], ScalarType.Float64, requires_grad: true);
        Tensor cotangent = torch.tensor(values.Select(Math.Sin).ToArray(), [4, 6], ScalarType.Float64);
        raw.div(raw.norm(1, keepdim: true)).backward([cotangent]);

        using L2Normalization normalized = L2Normalization.Apply(raw);
        double[] gradient = normalized.Backward(cotangent).data<double>().ToArray();

        double[] expected = raw.grad!.data<double>().ToArray();
        gradient.Zip(expected, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(Tolerance);
    }
}
