using S2M.Model.Mixture;
using S2M.Numerics.Randomness;

namespace S2M.Model.Tests.Mixture;

/// <summary>Newton's method ends where the iteration would, only sooner: at what attracts it, and nowhere else.</summary>
public sealed class NewtonFinishTests
{
    private const double Exact = 1e-13;
    private const int Size = 3;
    private const uint Purpose = 4714;

    private static readonly MixtureRegularizer[] Regularizers = [new(0.02), new(0, 1, 0.05, 1), new(0.01, 1, 0.05, 1), new(0.01, 1, 0.05, 1, HasBackground: true)];

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Run_NearAFixedPoint_IsTheOneThatTheIterationReaches(int components)
    {
        int[] taken = new int[Regularizers.Length];
        for (ulong seed = 0; seed < 40; seed++)
        {
            MixtureRegularizer regularizer = Regularizers[seed % 4];
            double[] support = Clusters(seed, components);
            double[]? background = regularizer.HasBackground ? new double[Size] : null;
            FixedPoint point = Iterate(support, Size, Start(support, components, background), 12, components, regularizer, background);

            (FixedPoint got, int steps) = NewtonFinish.Run(point, Exact);

            if (steps == 0)
            {
                got.ShouldBeSameAs(point);
                continue;
            }

            taken[seed % 4]++;
            steps.ShouldBeLessThanOrEqualTo(12);
            got.Residual.ShouldBeLessThanOrEqualTo(point.Residual / 2);
            FixedPoint far = Iterate(support, Size, point.Expected, 5000, components, regularizer, background);
            far.Residual.ShouldBeLessThan(1e-11, $"seed {seed}");
            got.Expected.Zip(far.Expected, static (left, right) => Math.Abs(left - right)).Max().ShouldBeLessThan(1e-7, $"seed {seed}");
        }

        taken.ShouldAllBe(static count => count > 1);
    }

    // All components on one another, in the middle of two clusters: a fixed point that the iteration leaves, however near to it it begins.
    [Theory]
    [InlineData(1e-2)]
    [InlineData(1e-5)]
    public void Run_NearASaddle_StaysWhereItIs(double distance)
    {
        double[] support = [-1.1, -1, -0.9, 0.9, 1, 1.1];
        double[] start = [.. support.SelectMany(row => new[] { 0.5 - (distance * row), 0.5 + (distance * row) })];
        FixedPoint point = FixedPoint.At(support, 1, start, 2, Regularizers[1], background: null).ShouldNotBeNull();
        point.Residual.ShouldBeLessThan(0.1);

        (FixedPoint got, int steps) = NewtonFinish.Run(point, Exact);

        (got, steps).ShouldBe((point, 0));
        Iterate(support, 1, start, 500, 2, Regularizers[1], background: null).Expected[0].ShouldBeGreaterThan(0.99);
    }

    // Farther away steps may lead anywhere: those that do not help are not taken.
    [Fact]
    public void Run_FarFromAFixedPoint_NeverMakesItWorse()
    {
        int taken = 0;
        for (ulong seed = 0; seed < 60; seed++)
        {
            MixtureRegularizer regularizer = Regularizers[seed % 3];
            double[] support = Clusters(seed, 3);
            FixedPoint point = Iterate(support, Size, Start(support, 3, background: null), 2 + (int)(seed % 5), 3, regularizer, background: null);

            (FixedPoint got, int steps) = NewtonFinish.Run(point, Exact);

            double slack = regularizer.VarianceOffset > 0 ? 0.01 * support.Length / Size * Math.Max(1, steps) : 1e-6;
            got.Bound.ShouldBeGreaterThanOrEqualTo(point.Bound - slack, $"seed {seed}");
            got.Residual.ShouldBeLessThanOrEqualTo(point.Residual * Math.Pow(0.5, steps), $"seed {seed}");
            taken += steps > 0 ? 1 : 0;
        }

        taken.ShouldBeGreaterThan(10);
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    public void Run_SystemThatCostsMoreThanTheIteration_IsLeftAlone(int rows, bool isTaken)
    {
        var random = new PhiloxRandom(3, Purpose);
        double[] support = [.. Enumerable.Range(0, rows).Select(row => (row % 2) + (0.25 * random.NextNormal()))];
        double[] start = [.. Enumerable.Range(0, 2 * rows).Select(at => at / 2 % 2 == at % 2 ? 0.9 : 0.1)];
        FixedPoint point = Iterate(support, 1, start, 60, 2, Regularizers[1], background: null);

        (FixedPoint got, int steps) = NewtonFinish.Run(point, Exact);

        (steps > 0).ShouldBe(isTaken);
        ReferenceEquals(got, point).ShouldBe(!isTaken);
    }

    [Fact]
    public void Run_ExactAlready_IsGivenBack()
    {
        FixedPoint point = Enumerable.Range(0, 40)
            .Select(static seed => Clusters((ulong)seed, 2))
            .Select(static support => Iterate(support, Size, Start(support, 2, background: null), 12, 2, Regularizers[1], background: null))
            .First(static point => NewtonFinish.Run(point, Exact).Steps > 0);

        NewtonFinish.Run(point, exact: 1).ShouldBe((point, 0));
    }

    private static FixedPoint Iterate(double[] support, int size, double[] start, int steps, int components, MixtureRegularizer regularizer, double[]? background)
    {
        int all = components + (background is null ? 0 : 1);
        FixedPoint point = FixedPoint.At(support, size, start, all, regularizer, background).ShouldNotBeNull();
        for (int step = 1; step < steps && point.Residual > 0; step++)
        {
            point = FixedPoint.At(support, point.Estimate.Size, point.Expected, all, regularizer, background).ShouldNotBeNull();
        }

        return point;
    }

    private static double[] Start(double[] support, int components, double[]? background)
    {
        int all = components + (background is null ? 0 : 1);
        return [.. Enumerable.Range(0, support.Length / Size).SelectMany(row => Enumerable.Range(0, all).Select(j => (j == row % components ? 1 - (0.1 * all) : 0) + 0.1))];
    }

    // Clusters in each other: responsibilities move, and the iteration is slow.
    private static double[] Clusters(ulong seed, int modes)
    {
        var random = new PhiloxRandom(seed, Purpose);
        double[] centers = [.. Enumerable.Range(0, modes * Size).Select(_ => 0.7 * random.NextNormal())];
        return [.. Enumerable.Range(0, 24 * Size).Select(at => centers[(at / 3 % modes * Size) + (at % 3)] + (0.3 * random.NextNormal()))];
    }
}
