using CsCheck;
using S2M.Model.Mixture;
using S2M.Numerics.Mixtures;
using S2M.Numerics.Randomness;

namespace S2M.Model.Tests.Mixture;

/// <summary>Parts of a fit, one at a time, against the equations written out: where it begins, its steps, when a component is given up, and what is refused.</summary>
public sealed class MixtureFitTests
{
    private const double Tolerance = 1e-12;
    private const uint Purpose = 4713;

    private static readonly MixtureRegularizer Additive = new(1e-2);
    private static readonly MixtureRegularizer Map = new(1e-3, 2, 0.05, 1);

    [Fact]
    public void Center_RowsFarFromTheOrigin_AreAboutTheirMean()
    {
        (double[] rows, double[] center) = MixtureEstimate.Center([1001, 10, 1003, 20, 1005, 60], 2);

        Furthest(center, [1003, 30]).ShouldBeLessThan(1e-12 * 1003);
        Furthest(rows, [-2, -20, 0, -10, 2, 30]).ShouldBeLessThan(1e-12 * 1003);
    }

    [Fact]
    public void At_AnyResponsibilities_IsTheStepWrittenOutAndItsLargestChange()
        => Gen.Select(Gen.Int[1, 4], Gen.Int[1, 5], Gen.Int[2, 4], Gen.ULong).Sample(
            (rows, size, components, seed) =>
            {
                var random = new PhiloxRandom(seed, Purpose);
                double[] support = [.. Enumerable.Range(0, rows * size).Select(_ => random.NextNormal())];
                double[] start = Shares(random, rows, components);
                var plain = new PlainMixture(size, components, Map);

                FixedPoint point = FixedPoint.At(support, size, start, components, Map, background: null).ShouldNotBeNull();

                Furthest(point.Expected, plain.Step(support, start)).ShouldBeLessThan(Tolerance);
                point.Residual.ShouldBe(Furthest(point.Expected, start));
            },
            iter: 200);

    // Half and one and a half of the share below which a component is given up, and the share itself.
    [Theory]
    [InlineData(2e-6, true)]
    [InlineData(4e-6, false)]
    [InlineData(6e-6, false)]
    public void At_ComponentWithFewExamples_IsGivenUpBelowAMillionth(double examples, bool isGivenUp)
    {
        double[] support = [0, 1, 2, 3];
        double[] start = [.. Enumerable.Repeat(new[] { 1 - (examples / 4), examples / 4 }, 4).SelectMany(static row => row)];

        FixedPoint? point = FixedPoint.At(support, 1, start, 2, Additive, background: null);

        (point is null).ShouldBe(isGivenUp);
    }

    [Fact]
    public void FitFrom_ComponentWithoutExamples_IsNoFit()
        => MixtureFit.FitFrom([0, 1, 2, 3], 1, [1, 0, 1, 0, 1, 0, 1, 0], Additive).ShouldBeNull();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void LogPriors_StrengthsAndOffset_AreThePriorsWrittenOut(double weightPrior)
    {
        double[] support = [0.1, -0.4, 0.9, 0.3, -0.2, 0.5];
        double[] start = [0.2, 0.8, 0.7, 0.3, 0.5, 0.5];
        var regularizer = new MixtureRegularizer(1e-3, 2, 0.05, weightPrior);
        var estimate = new MixtureEstimate(support, 2, start, 2, regularizer, background: null);

        double priors = estimate.LogPriors();

        double weights = estimate.MixingWeights.Sum(Math.Log);
        double variances = estimate.Variances.Sum(static variance => Math.Log(variance) + (0.05 / variance));
        priors.ShouldBe((weightPrior * weights) - variances, 1e-12);
    }

    // The start: rows as means under equal weights, the variances of the whole set, and a background of its own width.
    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    public void Fit_Start_IsTheExpectationUnderRowsOfTheSet(int components, bool hasBackground)
    {
        const int size = 4;
        double[] support = Clusters(7, 18, size, components);
        MixtureRegularizer regularizer = Map with { HasBackground = hasBackground };
        var seeded = MixtureStart.Seeded(11);
        (double[] centered, _) = MixtureEstimate.Center(support, size);
        int[] means = seeded.Choose(centered, size, components, hasBackground).Single();

        MixtureSolution solution = MixtureFit.Fit(support, size, components, regularizer, seeded);

        int all = components + (hasBackground ? 1 : 0);
        var plain = new PlainMixture(size, all, regularizer);
        double[] whole = new PlainMixture(size, 1, regularizer).Maximize(support, [.. Enumerable.Repeat(1.0, support.Length / size)]);
        double[] parameters = new double[plain.Parameters];
        for (int j = 0; j < all; j++)
        {
            parameters[j] = 1.0 / all;
            for (int d = 0; d < size; d++)
            {
                parameters[plain.Mean(j, d)] = j < components ? support[(means[j] * size) + d] : 0;
                parameters[plain.Variance(j, d)] = j < components ? whole[1 + size + d] : 1.0 / size;
            }
        }

        Furthest(solution.Start, plain.Expect(parameters, support).Responsibilities).ShouldBeLessThan(1e-10);
    }

    [Fact]
    public void Fit_MoreStarts_NeverALowerBoundAndOftenAHigherOne()
    {
        int higher = 0;
        for (ulong seed = 0; seed < 40; seed++)
        {
            double[] support = Clusters(seed, 30, 2, 6);
            double bound = double.NegativeInfinity;
            for (int candidates = 1; candidates <= 4; candidates++)
            {
                double next = MixtureFit.Fit(support, 2, 4, Map, MixtureStart.Searched(candidates)).LowerBound;
                next.ShouldBeGreaterThanOrEqualTo(bound, $"seed {seed}, {candidates} starts");
                higher += candidates > 1 && next > bound + 0.1 ? 1 : 0;
                bound = next;
            }
        }

        higher.ShouldBeGreaterThan(10);
    }

    // Without the priors, which the bound has.
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Fit_LogLikelihood_IsThatOfTheExamples(int components)
    {
        double[] support = Clusters(13, 15, 2, components);

        MixtureSolution solution = MixtureFit.Fit(support, 2, components, Map, MixtureStart.Searched());

        GaussianMixture mixture = solution.Mixture;
        double expected = new PlainMixture(2, components, Map).Expect([.. mixture.MixingWeights, .. mixture.Means, .. mixture.Variances], support).LogDensities.Sum();
        solution.LogLikelihood.ShouldBe(expected, 1e-9);
        Math.Abs(solution.LowerBound - expected).ShouldBeGreaterThan(0.1);
    }

    [Fact]
    public void Fit_OneComponent_TakesOneStepAndNoneOfNewtons()
    {
        MixtureSolution solution = MixtureFit.Fit(Clusters(3, 9, 3, 2), 3, 1, Map, MixtureStart.Searched());

        (solution.Iterations, solution.NewtonSteps, solution.Residual).ShouldBe((1, 0, 0));
    }

    // So dense around its center that the background's share of every row rounds to nothing.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Fit_BackgroundFarBelowEveryRow_IsEmpty(double weightPrior)
    {
        const int size = 256;
        var random = new PhiloxRandom(5, Purpose);
        double[] support = [.. Enumerable.Range(0, 12 * size).Select(at => (at % size == 0 ? 1 : 0) + (1e-4 * random.NextNormal()))];

        MixtureSolution solution = MixtureFit.Fit(support, size, 2, new MixtureRegularizer(1e-6, WeightPrior: weightPrior, HasBackground: true), MixtureStart.Searched());

        solution.Counts[^1].ShouldBe(0, Tolerance);
        solution.Mixture.MixingWeights.ToArray().Sum().ShouldBe(1, Tolerance);
        double.IsFinite(solution.LowerBound).ShouldBeTrue();
        solution.Residual.ShouldBeLessThan(MixtureFit.Tolerance);
    }

    // One Gaussian as wide as this is thinner than the background everywhere: that would take all examples, and nothing would be left to score with.
    [Theory]
    [InlineData(1, 10)]
    [InlineData(2, 10)]
    [InlineData(1, 1)]
    public void Fit_BackgroundThatTakesEverything_IsLeftOut(int components, double offset)
    {
        double[] support = [.. Enumerable.Range(0, 6 * 16).Select(static at => at % 16 == at / 16 ? 1.0 : 0)];
        foreach (MixtureStart start in new[] { MixtureStart.Searched(), MixtureStart.Seeded(1) })
        {
            MixtureSolution solution = MixtureFit.Fit(support, 16, components, new MixtureRegularizer(offset, HasBackground: true), start);

            MixtureSolution without = MixtureFit.Fit(support, 16, components, new MixtureRegularizer(offset), start);
            (solution.Status, solution.LostBackground, solution.HasBackground, solution.IsStationary).ShouldBe((FitStatus.Collapsed, true, false, true));
            solution.Responsibilities.ShouldBe(without.Responsibilities);
            solution.Mixture.Means.ToArray().ShouldBe(without.Mixture.Means.ToArray());
            solution.Advice.ShouldContain("the background took every example");
        }
    }

    [Fact]
    public void FitFrom_WhatCannotBeFitted_IsRefused()
    {
        double[] half = [.. Enumerable.Repeat(0.5, 8)];
        Refusal([0, 1, double.NaN, 3], half, Additive).ShouldContain("support: expected finite values");
        Refusal([], [], Additive).ShouldContain("got 0 values and 0");
        Refusal([0, 1, 2, 3], [1, 1, 1, 1, 1], Additive).ShouldContain("start: expected as many responsibilities for each of 4 rows, got 5");
        Refusal([0, 1, 2, 3], [1, 1], Additive).ShouldContain("at least 1 component, got 4 values and 0");
        Refusal([0, 1, 2, 3], half, new MixtureRegularizer(0)).ShouldContain("regularizer: expected a variance offset");
        Refusal([0, 1, 2, 3], half, Additive with { WeightPrior = -1 }).ShouldContain("weight prior: expected a finite number of at least 0, got -1");

        Refusal([0, 1, 2, 3], half, Additive, size: 0).ShouldContain("support: expected whole rows of 0 values");

        static string Refusal(double[] support, double[] start, MixtureRegularizer regularizer, int size = 1)
            => Should.Throw<Set2ModelException>(() => MixtureFit.FitFrom(support, size, start, regularizer)).Message;
    }

    private static double[] Shares(PhiloxRandom random, int rows, int components)
        => [.. Enumerable.Range(0, rows).SelectMany(_ =>
        {
            double[] weights = [.. Enumerable.Range(0, components).Select(_ => 0.01 + random.NextDouble())];
            return weights.Select(weight => weight / weights.Sum());
        })];

    private static double[] Clusters(ulong seed, int rows, int size, int modes)
    {
        var random = new PhiloxRandom(seed, Purpose, 1);
        double[] centers = [.. Enumerable.Range(0, modes * size).Select(_ => random.NextNormal())];
        return [.. Enumerable.Range(0, rows * size).Select(at => centers[(at / size % modes * size) + (at % size)] + (0.3 * random.NextNormal()))];
    }

    private static double Furthest(double[] got, double[] expected)
    {
        got.Length.ShouldBe(expected.Length);
        return got.Zip(expected, static (left, right) => Math.Abs(left - right)).Max();
    }
}
