using S2M.Model.ImplicitDifferentiation;
using S2M.Model.Mixture;

namespace S2M.Model.Tests.ImplicitDifferentiation;

/// <summary>What both adjoints refuse.</summary>
public sealed class AdjointArgumentsTests
{
    private static readonly MixtureRegularizer Regularizer = new(0.01);
    private static readonly double[] Support = [0, 0.1, 0.2, 1, 1.1, 1.3];

    private static readonly MixtureSolution Solution = MixtureFit.Fit(Support, 1, 2, Regularizer, MixtureStart.Searched());

    [Fact]
    public void Backward_ExamplesOrCotangentOfAnotherFit_AreRefused()
    {
        foreach (IFitAdjoint adjoint in new IFitAdjoint[] { new ImplicitAdjoint(), new UnrolledAdjoint(3) })
        {
            Refusal(adjoint, Support[1..], 1, Cotangent(2, 2, 2)).ShouldContain("support: expected the 6 x 1 values that were fitted, got 5 in rows of 1");
            Refusal(adjoint, Support, 2, Cotangent(2, 2, 2)).ShouldContain("got 6 in rows of 2");
            Refusal(adjoint, Support, 1, Cotangent(1, 2, 2)).ShouldContain("cotangent: expected 2 weights, 2 means and 2 variances as the mixture has, got 1, 2 and 2");
            Refusal(adjoint, Support, 1, Cotangent(2, 3, 2)).ShouldContain("got 2, 3 and 2");
            Refusal(adjoint, Support, 1, Cotangent(2, 2, 1)).ShouldContain("got 2, 2 and 1");
        }
    }

    // Whether there is a background is the fit's to say: one that took every example was left out.
    [Fact]
    public void Backward_FitWithoutItsBackground_IsTheGradientWithoutOne()
    {
        FitGradient gradient = new ImplicitAdjoint().Backward(Support, 1, Solution, Regularizer with { HasBackground = true }, Cotangent(2, 2, 2));

        gradient.Support.ShouldBe(new ImplicitAdjoint().Backward(Support, 1, Solution, Regularizer, Cotangent(2, 2, 2)).Support);
        var unrolled = new UnrolledAdjoint(100);
        unrolled.Backward(Support, 1, Solution, Regularizer with { HasBackground = true }, Cotangent(2, 2, 2)).Support
            .ShouldBe(unrolled.Backward(Support, 1, Solution, Regularizer, Cotangent(2, 2, 2)).Support);
        new DirectionalCheck(Support, 1, Solution, Regularizer with { HasBackground = true }, Cotangent(2, 2, 2))
            .Error(gradient.Support, [1, -1, 0.5, 0.3, -0.7, 0.2]).ShouldBeLessThan(1e-6);
    }

    [Fact]
    public void UnrolledAdjoint_NoStep_IsRefused()
        => Should.Throw<Set2ModelException>(static () => new UnrolledAdjoint(0)).Message.ShouldContain("steps: expected at least 1, got 0");

    private static MixtureCotangent Cotangent(int weights, int means, int variances)
        => new([.. Enumerable.Repeat(0.3, weights)], [.. Enumerable.Range(1, means).Select(static at => (double)at)], [.. Enumerable.Repeat(-0.2, variances)]);

    private static string Refusal(IFitAdjoint adjoint, double[] support, int size, MixtureCotangent cotangent)
        => Should.Throw<Set2ModelException>(() => adjoint.Backward(support, size, Solution, Regularizer, cotangent)).Message;
}
