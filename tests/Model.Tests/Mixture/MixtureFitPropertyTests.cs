// Shapes: N support rows, D descriptor size, K components.
using CsCheck;
using S2M.Model.Mixture;
using S2M.Numerics.Randomness;

namespace S2M.Model.Tests.Mixture;

/// <summary>What holds of every fit, over random support sets: few and many rows, duplicates, constant dimensions, any scale.</summary>
public sealed class MixtureFitPropertyTests
{
    private const double SymmetryTolerance = 1e-10;
    private const double RoundingTolerance = 1e-12;
    private const uint Purpose = 4712;

    private static readonly Gen<(int Rows, int Size, int Components, ulong Seed)> Shapes = Gen.Select(Gen.Int[1, 30], Gen.Int[1, 9], Gen.Int[1, 4], Gen.ULong);

    private static readonly MixtureRegularizer[] Known =
        [new MixtureRegularizer(1e-1), new MixtureRegularizer(1e-2), new MixtureRegularizer(1e-3), new MixtureRegularizer(0, 1, 0.05, 1), new MixtureRegularizer(1e-2, 1, 0.05, 1)];

    private static readonly Gen<MixtureRegularizer> Regularizers = Gen.Int[0, Known.Length - 1].Select(static index => Known[index]);

    [Fact]
    public void Fit_AnySupport_IsAMixtureAndItsResponsibilitiesAreAFixedPoint()
        => Gen.Select(Shapes, Regularizers, Gen.Bool).Sample(
            (shape, regularizer, searched) =>
            {
                double[] support = Clusters(shape);

                MixtureSolution solution = MixtureFit.Fit(support, shape.Size, shape.Components, regularizer, searched ? MixtureStart.Searched() : MixtureStart.Seeded(shape.Seed));

                ShouldBeSound(solution, support, shape.Size);
                int most = Math.Max(1, shape.Rows / 3);
                solution.Mixture.Components.ShouldBeLessThanOrEqualTo(Math.Min(shape.Components, most));
                solution.Requested.ShouldBe(shape.Components);
                if (shape.Components > most)
                {
                    solution.Status.ShouldNotBe(FitStatus.Converged);
                }

                var plain = new PlainMixture(shape.Size, solution.Mixture.Components, regularizer);
                double[] parameters = plain.Maximize(support, solution.Responsibilities);
                Furthest(solution.Mixture.MixingWeights, parameters.AsSpan(0, plain.Components)).ShouldBeLessThan(RoundingTolerance);
                Furthest(solution.Mixture.Means, parameters.AsSpan(plain.Mean(0, 0), plain.Components * plain.Size)).ShouldBeLessThan(RoundingTolerance);
                Furthest(solution.Mixture.Variances, parameters.AsSpan(plain.Variance(0, 0), plain.Components * plain.Size)).ShouldBeLessThan(RoundingTolerance);
                double residual = Furthest(plain.Expect(parameters, support).Responsibilities, solution.Responsibilities);
                solution.Residual.ShouldBe(residual, 1e-9);
                solution.IsStationary.ShouldBe(residual <= 1e-6, $"{residual}");
                solution.IsStationary.ShouldBe(solution.Status != FitStatus.IterationLimit);
            },
            iter: 400);

    [Fact]
    public void At_MeansFarAway_ShiftsWithTheSupport()
        => Gen.Select(Shapes, Regularizers).Sample(
            (shape, regularizer) =>
            {
                // Multiples of 2^-20: the shift rounds nothing.
                double[] support = [.. Clusters(shape).Select(static value => Math.Round(value * (1 << 20)) / (1 << 20))];
                double[] start = Start(shape);

                double[] here = Step(support);
                double[] there = Step([.. support.Select(static value => value + 1024)]);

                // The mean of numbers of 1e3 rounds at 1e-13; variances may be a thousandth of a squared distance.
                Furthest(there, here).ShouldBeLessThan(1e-8);

                double[] Step(double[] rows) => FixedPoint.At(
                    MixtureEstimate.Center(rows, shape.Size).Rows, shape.Size, start, shape.Components, regularizer, background: null).ShouldNotBeNull().Expected;
            },
            iter: 200);

    [Fact]
    public void Fit_RowsInAnotherOrder_SameBits()
        => Gen.Select(Shapes, Regularizers).Sample(
            (shape, regularizer) =>
            {
                double[] support = Clusters(shape);
                int[] order = Order(shape);
                double[] moved = [.. order.SelectMany(row => support[(row * shape.Size)..((row + 1) * shape.Size)])];

                MixtureSolution here = MixtureFit.Fit(support, shape.Size, shape.Components, regularizer, MixtureStart.Searched());
                MixtureSolution there = MixtureFit.Fit(moved, shape.Size, shape.Components, regularizer, MixtureStart.Searched());

                there.Status.ShouldBe(here.Status);
                Densities(there, support).ShouldBe(Densities(here, support));
            },
            iter: 300);

    // One step, not a whole fit: a fit may pass near a saddle, where rounding decides.
    [Fact]
    public void At_ComponentsRelabeled_SameStepRelabeled()
        => Gen.Select(Shapes, Regularizers).Sample(
            (shape, regularizer) =>
            {
                double[] support = Clusters(shape);
                double[] start = Start(shape);

                FixedPoint here = FixedPoint.At(support, shape.Size, start, shape.Components, regularizer, background: null).ShouldNotBeNull();
                FixedPoint there = FixedPoint.At(support, shape.Size, Turned(start), shape.Components, regularizer, background: null).ShouldNotBeNull();

                Furthest(there.Expected, Turned(here.Expected)).ShouldBeLessThan(SymmetryTolerance);
                there.Bound.ShouldBe(here.Bound, SymmetryTolerance * Math.Max(1, Math.Abs(here.Bound)));

                double[] Turned(double[] responsibilities) => [.. responsibilities.Chunk(shape.Components).SelectMany(static row => row[1..].Append(row[0]))];
            },
            iter: 200);

    [Fact]
    public void Expect_PriorsWithoutOffset_BoundNeverFalls()
        => Shapes.Where(static shape => shape.Rows >= 3 * shape.Components).Sample(
            shape =>
            {
                double[] support = Clusters(shape);
                double[] g = Start(shape);
                double last = double.NegativeInfinity;
                for (int step = 0; step < 40; step++)
                {
                    double[] next = new double[g.Length];
                    double bound = new MixtureEstimate(support, shape.Size, g, shape.Components, new MixtureRegularizer(0, 1, 0.05, 1), background: null).Expect(next);

                    // It is a sum of N D parts of about 1, and may itself be about 0.
                    bound.ShouldBeGreaterThanOrEqualTo(last - (RoundingTolerance * shape.Rows * shape.Size), $"step {step}");
                    (last, g) = (bound, next);
                }
            },
            iter: 200);

    [Fact]
    public void Fit_DuplicatesAndConstantDimensions_AreSound()
        => Gen.Select(Shapes, Regularizers, Gen.Int[1, 5]).Sample(
            (shape, regularizer, distinct) =>
            {
                double[] support = Clusters(shape);
                for (int at = 0; at < support.Length; at++)
                {
                    support[at] = at % shape.Size == 0 ? 0.3 : support[(at / shape.Size % distinct * shape.Size) + (at % shape.Size)];
                }

                ShouldBeSound(MixtureFit.Fit(support, shape.Size, shape.Components, regularizer, MixtureStart.Searched()), support, shape.Size);
                ShouldBeSound(MixtureFit.Fit(support, shape.Size, shape.Components, regularizer, MixtureStart.Seeded(shape.Seed)), support, shape.Size);
            },
            iter: 300);

    // Either a mixture of numbers or a refusal in words; never NaN, never a hang.
    [Fact]
    public void Fit_AnyScale_IsSoundOrRefused()
        => Gen.Select(Shapes, Regularizers, Gen.Int[-150, 150], Gen.Int[-150, 150]).Sample(
            (shape, regularizer, scale, other) =>
            {
                double[] support = Clusters(shape);
                for (int at = 0; at < support.Length; at++)
                {
                    support[at] *= Math.Pow(10, (at / shape.Size) % 3 == 0 ? other : scale);
                }

                try
                {
                    ShouldBeSound(MixtureFit.Fit(support, shape.Size, shape.Components, regularizer, MixtureStart.Searched()), support, shape.Size);
                }
                catch (Set2ModelException refusal)
                {
                    refusal.Message.ShouldContain("expected");
                }
            },
            iter: 400);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Fit_LongDescriptors_AreSound(int components)
    {
        var shape = (Rows: 24, Size: 4096, Components: components, Seed: 5UL);
        double[] support = Clusters(shape);

        MixtureSolution solution = MixtureFit.Fit(support, shape.Size, components, new MixtureRegularizer(1e-3), MixtureStart.Searched());

        ShouldBeSound(solution, support, shape.Size);
        solution.Mixture.Components.ShouldBe(components);
    }

    [Theory]
    [InlineData(1, 2, 1)]
    [InlineData(3, 2, 1)]
    [InlineData(5, 4, 1)]
    [InlineData(8, 3, 2)]
    [InlineData(11, 4, 3)]
    public void Fit_TooFewExamples_FewerComponentsAndSaysSo(int rows, int components, int expected)
    {
        double[] support = Clusters((rows, 6, expected, 3));

        MixtureSolution solution = MixtureFit.Fit(support, 6, components, new MixtureRegularizer(1e-2), MixtureStart.Searched());

        solution.Status.ShouldBe(FitStatus.TooFewExamples);
        solution.Mixture.Components.ShouldBe(expected);
        solution.Requested.ShouldBe(components);
        solution.Advice.ShouldNotBeEmpty();
        solution.IsStationary.ShouldBeTrue();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Fit_IdenticalRows_FewerComponentsAndVarianceOfTheRegularizer(int components)
    {
        double[] support = [.. Enumerable.Range(0, 20 * 5).Select(static at => 0.1 * (at % 5))];

        MixtureSolution solution = MixtureFit.Fit(support, 5, components, new MixtureRegularizer(0.04), MixtureStart.Searched());

        solution.Status.ShouldBe(FitStatus.Collapsed);
        solution.Mixture.Components.ShouldBe(1);
        solution.Mixture.Variances.ToArray().ShouldAllBe(static variance => Math.Abs(variance - 0.04) < 1e-15);
    }

    [Fact]
    public void Fit_ManyConceptsAtOnce_SameBitsAsOneAtATime()
    {
        (int Rows, int Size, int Components, ulong Seed)[] shapes = [.. Enumerable.Range(0, 64).Select(static index => (3 + (index * 7 % 28), 16, 1 + (index % 4), (ulong)index))];
        double[][] alone = [.. shapes.Select(Bits)];

        double[][] together = new double[shapes.Length][];
        Parallel.For(0, shapes.Length, index => together[index] = Bits(shapes[index]));

        for (int index = 0; index < shapes.Length; index++)
        {
            together[index].ShouldBe(alone[index]);
        }

        static double[] Bits((int Rows, int Size, int Components, ulong Seed) shape)
        {
            MixtureSolution solution = MixtureFit.Fit(Clusters(shape), shape.Size, shape.Components, new MixtureRegularizer(1e-2), MixtureStart.Seeded(shape.Seed));
            return [.. solution.Responsibilities, .. solution.Mixture.Means, .. solution.Mixture.Variances, solution.LowerBound];
        }
    }

    private static void ShouldBeSound(MixtureSolution solution, double[] support, int size)
    {
        int rows = support.Length / size;
        int components = solution.Mixture.Components;
        solution.Mixture.Size.ShouldBe(size);
        solution.Responsibilities.Length.ShouldBe(rows * components);
        solution.Responsibilities.ShouldAllBe(static g => g >= 0 && g <= 1);
        solution.Counts.ShouldAllBe(static count => count > 0);
        for (int i = 0; i < rows; i++)
        {
            solution.Responsibilities.Skip(i * components).Take(components).Sum().ShouldBe(1, RoundingTolerance);
        }

        solution.Counts.Sum().ShouldBe(rows, RoundingTolerance * rows);
        solution.Mixture.Means.ToArray().ShouldAllBe(static value => double.IsFinite(value));
        solution.Mixture.Variances.ToArray().ShouldAllBe(static value => double.IsFinite(value) && value > 0);
        double.IsFinite(solution.LowerBound).ShouldBeTrue();
        double.IsFinite(solution.Residual).ShouldBeTrue();
        solution.SmallestVariance.ShouldBe(solution.Mixture.Variances.ToArray().Min());
        Densities(solution, support).ShouldAllBe(static density => double.IsFinite(density));
    }

    private static double[] Densities(MixtureSolution solution, double[] support)
    {
        double[] densities = new double[support.Length / solution.Mixture.Size];
        solution.Mixture.LogDensities(support, densities);
        return densities;
    }

    // Rows around as many centers as there are components, 0.2 to 2 apart.
    private static double[] Clusters((int Rows, int Size, int Components, ulong Seed) shape)
    {
        var random = new PhiloxRandom(shape.Seed, Purpose);
        double separation = 0.2 + (1.8 * random.NextDouble());
        double[] centers = [.. Enumerable.Range(0, shape.Components * shape.Size).Select(_ => separation * random.NextNormal())];
        return [.. Enumerable.Range(0, shape.Rows * shape.Size)
            .Select(at => centers[(at / shape.Size % shape.Components * shape.Size) + (at % shape.Size)] + (0.3 * random.NextNormal()))];
    }

    private static double[] Start((int Rows, int Size, int Components, ulong Seed) shape)
    {
        var random = new PhiloxRandom(shape.Seed, Purpose, 1);
        double[] weights = [.. Enumerable.Range(0, shape.Rows * shape.Components)
            .Select(at => (at / shape.Components % shape.Components == at % shape.Components ? 1 : 0) + (0.3 * random.NextDouble()))];
        return [.. weights.Chunk(shape.Components).SelectMany(static row => row.Select(value => value / row.Sum()))];
    }

    private static int[] Order((int Rows, int Size, int Components, ulong Seed) shape)
    {
        int[] order = [.. Enumerable.Range(0, shape.Rows)];
        new PhiloxRandom(shape.Seed, Purpose, 2).Shuffle<int>(order);
        return order;
    }

    private static double Furthest(ReadOnlySpan<double> got, ReadOnlySpan<double> expected)
    {
        got.Length.ShouldBe(expected.Length);
        double furthest = 0;
        for (int at = 0; at < expected.Length; at++)
        {
            furthest = Math.Max(furthest, Math.Abs(got[at] - expected[at]));
        }

        return furthest;
    }
}
