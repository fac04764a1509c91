using S2M.Model.ImplicitDifferentiation;
using S2M.Model.Mixture;
using S2M.Numerics.Randomness;

namespace S2M.Model.Tests.Mixture;

/// <summary>The background takes up what belongs to no component, leaves scores alone, and is part of the gradient.</summary>
public sealed class BackgroundTests
{
    private const int Size = 16;
    private const int Clean = 14;
    private const int Noise = 6;
    private static readonly MixtureRegularizer With = new(1e-3, 1, 1e-3, 1, HasBackground: true);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Fit_NoiseAmongClusters_TheBackgroundTakesIt(int components)
    {
        double[] support = Support(components, 0.1);

        MixtureSolution solution = MixtureFit.Fit(support, Size, components, With, MixtureStart.Searched());

        solution.Status.ShouldBe(FitStatus.Converged);
        solution.Mixture.Components.ShouldBe(components);
        solution.Mixture.MixingWeights.ToArray().Sum().ShouldBe(1, 1e-12);
        double[] ofBackground = [.. Enumerable.Range(0, Clean + Noise).Select(row => solution.Responsibilities[(row * (components + 1)) + components])];
        ofBackground[..Clean].ShouldAllBe(share => share < 0.05);
        ofBackground[Clean..].ShouldAllBe(share => share > 0.95);

        // Without one, noise widens the components.
        MixtureSolution without = MixtureFit.Fit(support, Size, components, With with { HasBackground = false }, MixtureStart.Searched());
        solution.Mixture.Variances.ToArray().Average().ShouldBeLessThan(without.Mixture.Variances.ToArray().Average() / 2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Choose_NoiseAmongClusters_StartsAreRowsThatHaveNeighbors(int components)
    {
        double[] support = Support(components, 0.1);

        int[][] starts = [.. MixtureStart.Searched(8).Choose(support, Size, components, isNoisy: true)];

        starts.Length.ShouldBe(8);
        starts.SelectMany(rows => rows).ShouldAllBe(row => row < Clean);
        MixtureStart.Searched(8).Choose(support, Size, components, isNoisy: false).SelectMany(rows => rows).ShouldContain(row => row >= Clean);
    }

    [Fact]
    public void Choose_MostRowsAreCopiesOfOne_OthersAreTakenToo()
    {
        double[] support = [.. Enumerable.Repeat(Support(1, 0.1)[..Size], 8).SelectMany(row => row), .. Support(2, 0.1)[..(4 * Size)]];

        foreach (int[] rows in MixtureStart.Searched().Choose(support, Size, 2, isNoisy: true))
        {
            support.AsSpan(rows[0] * Size, Size).SequenceEqual(support.AsSpan(rows[1] * Size, Size)).ShouldBeFalse();
        }
    }

    [Fact]
    public void Fit_NoNoise_TheBackgroundIsEmptyAndTheMixtureAlmostTheSame()
    {
        double[] support = Support(2, 0.1)[..(Clean * Size)];

        MixtureSolution with = MixtureFit.Fit(support, Size, 2, With with { WeightPrior = 0 }, MixtureStart.Searched());
        MixtureSolution without = MixtureFit.Fit(support, Size, 2, With with { WeightPrior = 0, HasBackground = false }, MixtureStart.Searched());

        with.Counts[2].ShouldBeLessThan(1e-3);
        Means(with).Zip(Means(without), (left, right) => Math.Abs(left - right)).Max().ShouldBeLessThan(1e-3);

        // Fits begin elsewhere with a background: the order of components may be another.
        static double[] Means(MixtureSolution solution) => [.. solution.Mixture.Means.ToArray().Chunk(Size).OrderBy(mean => mean[0]).SelectMany(mean => mean)];
    }

    // Two clusters in each other, so dense that no row has a share in the background: without a prior on weights its own is nothing.
    [Fact]
    public void Backward_BackgroundWithoutAnyShare_IsTheGradientWithoutBackground()
    {
        const int rows = 24;
        const int size = 32;
        var random = new PhiloxRandom(23, RandomPurpose.Initialization);
        double[] Normals(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextNormal())];
        double[] support = [.. Normals(rows * size).Select((value, at) => (at % size == 0 ? 1 + (0.025 * (at / size % 2)) : 0) + (1e-3 * value))];
        double[] start = [.. Enumerable.Range(0, 2 * rows).Select(at => at / 2 % 2 == at % 2 ? 0.98 : 0.02)];
        var regularizer = new MixtureRegularizer(5e-5);
        var cotangent = new MixtureCotangent(Normals(2), Normals(2 * size), Normals(2 * size));
        MixtureSolution plain = MixtureFit.FitFrom(support, size, start, regularizer).ShouldNotBeNull();
        plain.Responsibilities.ShouldAllBe(static share => share > 0.001);
        MixtureSolution empty = plain with { Responsibilities = [.. plain.Responsibilities.Chunk(2).SelectMany(static row => row.Append(0))], Counts = [.. plain.Counts, 0] };

        FitGradient gradient = new ImplicitAdjoint().Backward(support, size, empty, regularizer with { HasBackground = true }, cotangent);

        FitGradient expected = new ImplicitAdjoint().Backward(support, size, plain, regularizer, cotangent);
        Distance(gradient.Support, expected.Support).ShouldBeLessThan(1e-9);
        gradient.VarianceOffset.ShouldBe(expected.VarianceOffset, 1e-9 * Math.Abs(expected.VarianceOffset));
        (gradient.UsedRidge, expected.UsedRidge).ShouldBe((false, false));
        gradient.Residual.ShouldBeLessThan(1e-9);
    }

    [Theory]
    [InlineData(1, 0.6)]
    [InlineData(2, 0.7)]
    [InlineData(3, 0.7)]
    public void Backward_Background_IsTheGradientOfUnrollingAndOfDifferences(int components, double spread)
    {
        double[] support = Support(components, spread);
        MixtureSolution solution = MixtureFit.Fit(support, Size, components, With, MixtureStart.Searched());
        solution.Residual.ShouldBeLessThan(1e-10);
        int fitted = solution.Mixture.Components;
        var random = new PhiloxRandom(5, RandomPurpose.Initialization);
        double[] Normals(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextNormal())];
        var cotangent = new MixtureCotangent(Normals(fitted), Normals(fitted * Size), Normals(fitted * Size));

        FitGradient gradient = new ImplicitAdjoint().Backward(support, Size, solution, With, cotangent);

        FitGradient unrolled = new UnrolledAdjoint(800).Backward(support, Size, solution, With, cotangent);
        Distance(gradient.Support, unrolled.Support).ShouldBeLessThan(1e-10);
        gradient.VarianceOffset.ShouldBe(unrolled.VarianceOffset, 1e-10 * Math.Abs(unrolled.VarianceOffset));
        gradient.PriorVariance.ShouldBe(unrolled.PriorVariance, 1e-10 * Math.Abs(unrolled.PriorVariance));
        var check = new DirectionalCheck(support, Size, solution, With, cotangent);
        check.Error(gradient.Support, Normals(support.Length)).ShouldBeLessThan(1e-6);

        // The check sees what it is for: a gradient with responsibilities held fixed, as if there were nothing to solve. Where they are almost certain, nothing is.
        double[] fixedResponsibilities = new UnrolledAdjoint(1).Backward(support, Size, solution with { Start = solution.Responsibilities }, With, cotangent).Support;
        double blind = check.Error(fixedResponsibilities, Normals(support.Length));
        blind.ShouldBeGreaterThan(components == 2 ? FitTally.LargestError : 100 * check.Error(gradient.Support, Normals(support.Length)));
        check.OffsetError(gradient.VarianceOffset).ShouldBeLessThan(1e-6);
    }

    private static double Distance(double[] left, double[] right)
        => Math.Sqrt(left.Zip(right, (a, b) => (a - b) * (a - b)).Sum() / right.Sum(value => value * value));

    // Rows of unit length: clusters around unit vectors, and directions drawn evenly.
    private static double[] Support(int components, double spread)
    {
        var random = new PhiloxRandom(17, RandomPurpose.Initialization, (uint)components);
        double[] Unit(double[] row)
        {
            double length = Math.Sqrt(row.Sum(value => value * value));
            return [.. row.Select(value => value / length)];
        }

        double[] Normal() => [.. Enumerable.Range(0, Size).Select(_ => random.NextNormal() / Math.Sqrt(Size))];
        double[][] centers = [.. Enumerable.Range(0, components).Select(_ => Unit(Normal()))];
        IEnumerable<double[]> clean = Enumerable.Range(0, Clean).Select(row => Unit([.. centers[row % components].Zip(Normal(), (center, noise) => center + (spread * noise))]));
        return [.. clean.Concat(Enumerable.Range(0, Noise).Select(_ => Unit(Normal()))).SelectMany(row => row)];
    }
}
