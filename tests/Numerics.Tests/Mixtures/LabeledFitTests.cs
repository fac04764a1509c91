using S2M.Numerics.Mixtures;

namespace S2M.Numerics.Tests.Mixtures;

public sealed class LabeledFitTests
{
    private const double Tolerance = 1e-14;

    [Fact]
    public void Fit_TwoLabelsAndNoise_IsAGaussianForEachLabel()
    {
        // Label 3: (0, 0), (2, 4); label 0: (1, 1), twice; the row of 9 belongs to none.
        GaussianMixture mixture = LabeledFit.Fit([0, 0, 1, 1, 9, 9, 2, 4, 1, 1], 2, [3, 0, -1, 3, 0], 0.25);

        mixture.MixingWeights.ToArray().ShouldBe([0.5, 0.5], Tolerance);
        mixture.Means.ToArray().ShouldBe([1, 1, 1, 2], Tolerance);
        mixture.Variances.ToArray().ShouldBe([0.25, 0.25, 1.25, 4.25], Tolerance);
    }

    [Fact]
    public void Fit_UnequalLabels_WeighsByShare()
        => LabeledFit.Fit([0, 1, 2, 3], 1, [0, 1, 1, 1], 1).MixingWeights.ToArray().ShouldBe([0.25, 0.75], Tolerance);

    [Fact]
    public void Fit_WhatDoesNotFit_IsRefused()
    {
        Should.Throw<ArgumentException>(() => LabeledFit.Fit([0, 1], 1, [0], 1)).Message.ShouldContain("got 1 labels, 2 values");
        Should.Throw<ArgumentException>(() => LabeledFit.Fit([0, 1], 1, [-1, -1], 1));
        Should.Throw<ArgumentException>(() => LabeledFit.Fit([0, 1], 1, [0, 0], 0));
        Should.Throw<ArgumentException>(() => LabeledFit.Fit([0, 1], 1, [0, 0], double.NaN));
    }
}
