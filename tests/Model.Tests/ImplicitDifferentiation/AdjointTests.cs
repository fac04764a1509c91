// Shapes: N support rows, D descriptor size, K components.
using S2M.Model.Embedding;
using S2M.Model.ImplicitDifferentiation;
using S2M.Model.Mixture;
using S2M.Model.Tests.Mixture;
using S2M.Numerics.Mixtures;
using S2M.Numerics.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model.Tests.ImplicitDifferentiation;

/// <summary>
/// The gradient through the fit four ways in float64: implicit in responsibilities (the code), unrolled, the dense system in parameters, and finite differences of
/// solutions that are followed by Newton's method. The last two share nothing with the code.
/// </summary>
public sealed class AdjointTests
{
    private const double ExactTolerance = 1e-10;
    private const double DifferenceTolerance = 1e-6;
    private const int Directions = 6;
    private const int MostCoordinates = 60;

    // In units of a descriptor's own spread; of eps and s0 relative.
    private const double Step = 1e-3;

    private static readonly (int Rows, int Size)[] Shapes = [(5, 2), (12, 8), (20, 16), (20, 37), (40, 2), (60, 3), (50, 32), (50, 128)];

    private static readonly (string Name, MixtureRegularizer Value)[] Regularizers =
    [
        ("eps 1e-2", new MixtureRegularizer(1e-2)),
        ("eps 1e-3", new MixtureRegularizer(1e-3)),
        ("priors", new MixtureRegularizer(0, 1, 0.05, 1)),
        ("priors and eps", new MixtureRegularizer(1e-2, 1, 0.05, 1)),
    ];

    public static TheoryData<int, int, int, string> Cases
    {
        get
        {
            var cases = new TheoryData<int, int, int, string>();
            foreach ((int rows, int size) in Shapes)
            {
                for (int components = 1; components <= 4 && 2 * components <= rows; components++)
                {
                    foreach ((string name, _) in Regularizers)
                    {
                        cases.Add(rows, size, components, name);
                    }
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Backward_AnyFixedPoint_EqualsUnrolledStepsDenseSystemAndDifferences(int rows, int size, int components, string regularizer)
    {
        FitCase fit = Draw(rows, size, components, regularizer);

        DenseGradient got = Run(new ImplicitAdjoint(), fit);

        ShouldEqual(got, Run(new UnrolledAdjoint(fit.Steps), fit), ExactTolerance);
        ShouldEqual(got, fit.System.Backward(fit.Support, fit.Parameters, fit.Cotangent()), ExactTolerance);
        ShouldEqualDifferences(fit, got);
    }

    // Where there are many rows in few dimensions the system in parameters is the smaller one.
    [Theory]
    [InlineData(40, 2, true)]
    [InlineData(60, 3, true)]
    [InlineData(20, 16, false)]
    public void Backward_ManyRowsInFewDimensions_SolvesTheSmallerSystem(int rows, int size, bool inParameters)
    {
        FitCase fit = Draw(rows, size, 3, "eps 1e-2");

        FitGradient gradient = new ImplicitAdjoint().Backward(fit.Support, size, fit.Solution(), fit.Mixture.Regularizer, fit.MixtureCotangent());

        gradient.InParameters.ShouldBe(inParameters);
        gradient.SystemSize.ShouldBe(inParameters ? 3 * ((2 * size) + 1) : 2 * gradient.AmbiguousRows);
        gradient.UsedRidge.ShouldBeFalse();
        gradient.Residual.ShouldBeLessThan(ExactTolerance);
    }

    // Powers of 2 round nothing: in other units the same gradient, to the last digits.
    [Theory]
    [InlineData(20, 16, 20)]
    [InlineData(20, 16, -20)]
    [InlineData(60, 3, 20)]
    [InlineData(60, 3, -20)]
    [InlineData(60, 3, -40)]
    public void Backward_OtherUnits_ScalesWithTheDescriptors(int rows, int size, int exponent)
    {
        FitCase fit = Draw(rows, size, 3, "priors and eps");
        FitGradient here = new ImplicitAdjoint().Backward(fit.Support, size, fit.Solution(), fit.Mixture.Regularizer, fit.MixtureCotangent());
        double unit = Math.ScaleB(1, exponent);
        double[] Scaled(ReadOnlySpan<double> values, double scale) => [.. values.ToArray().Select(value => value * scale)];
        MixtureSolution solution = fit.Solution();
        MixtureRegularizer regularizer = fit.Mixture.Regularizer;
        MixtureCotangent cotangent = fit.MixtureCotangent();

        FitGradient there = new ImplicitAdjoint().Backward(
            Scaled(fit.Support, unit),
            size,
            solution with
            {
                Mixture = new GaussianMixture([.. solution.Mixture.MixingWeights], Scaled(solution.Mixture.Means, unit), Scaled(solution.Mixture.Variances, unit * unit)),
            },
            regularizer with { VarianceOffset = regularizer.VarianceOffset * unit * unit, PriorVariance = regularizer.PriorVariance * unit * unit },
            new MixtureCotangent(cotangent.MixingWeights, Scaled(cotangent.Means, 1 / unit), Scaled(cotangent.Variances, 1 / (unit * unit))));

        there.UsedRidge.ShouldBe(here.UsedRidge);
        ShouldEqual(
            new DenseGradient(Scaled(there.Support, unit), there.VarianceOffset * unit * unit, there.PriorVariance * unit * unit),
            new DenseGradient(here.Support, here.VarianceOffset, here.PriorVariance),
            ExactTolerance);
    }

    // Two components on top of each other are a singular system; what the loss sees of them is one component.
    [Theory]
    [InlineData(10, 6, 2)]
    [InlineData(10, 6, 3)]
    [InlineData(40, 2, 2)]
    public void Backward_MergedComponents_EqualsThatOfOneComponent(int rows, int size, int copies)
    {
        FitCase one = Draw(rows, size, 1, "eps 1e-2");
        MixtureSolution solution = one.Solution();
        double[] Repeated(ReadOnlySpan<double> values, double scale) => [.. Enumerable.Repeat(values.ToArray(), copies).SelectMany(copy => copy).Select(value => value * scale)];
        double[] shares = [.. Enumerable.Repeat(1.0 / copies, rows * copies)];
        MixtureSolution merged = solution with
        {
            Mixture = new GaussianMixture(Repeated([1], 1.0 / copies), Repeated(solution.Mixture.Means, 1), Repeated(solution.Mixture.Variances, 1)),
            Responsibilities = shares,
            Counts = Repeated(solution.Counts, 1.0 / copies),
            Start = shares,
            Requested = copies,
        };

        // A query belongs to every copy alike.
        MixtureCotangent cotangent = one.MixtureCotangent();
        FitGradient got = new ImplicitAdjoint().Backward(
            one.Support,
            size,
            merged,
            one.Mixture.Regularizer,
            new MixtureCotangent(Repeated(cotangent.MixingWeights, 1), Repeated(cotangent.Means, 1.0 / copies), Repeated(cotangent.Variances, 1.0 / copies)));

        got.UsedRidge.ShouldBeTrue();
        got.Residual.ShouldBeLessThan(1e-6);
        ShouldEqual(new DenseGradient(got.Support, got.VarianceOffset, got.PriorVariance), Run(new ImplicitAdjoint(), one), 1e-8);
    }

    // No solution is exact where the loss tells apart what the fit cannot: the residual says so, relative to the loss.
    [Theory]
    [InlineData(10, 6)]
    [InlineData(40, 2)]
    public void Backward_MergedComponentsThatTheLossTellsApart_HasAResidual(int rows, int size)
    {
        FitCase one = Draw(rows, size, 1, "eps 1e-2");
        MixtureSolution solution = one.Solution();
        double[] halves = [.. Enumerable.Repeat(0.5, rows * 2)];
        MixtureSolution merged = solution with
        {
            Mixture = new GaussianMixture([0.5, 0.5], [.. solution.Mixture.Means, .. solution.Mixture.Means], [.. solution.Mixture.Variances, .. solution.Mixture.Variances]),
            Responsibilities = halves,
            Counts = [rows / 2.0, rows / 2.0],
            Start = halves,
            Requested = 2,
        };
        FitGradient Of(double unit) => new ImplicitAdjoint().Backward(
            one.Support, size, merged, one.Mixture.Regularizer, new MixtureCotangent([unit, -unit], new double[2 * size], new double[2 * size]));

        FitGradient got = Of(1);

        got.UsedRidge.ShouldBeTrue();
        got.Residual.ShouldBeGreaterThan(1e-12);
        Of(1024).Residual.ShouldBe(got.Residual);
    }

    // The oracle itself: were it wrong, agreement with it would mean nothing.
    [Theory]
    [InlineData(12, 8, 3, "eps 1e-2")]
    [InlineData(12, 8, 3, "priors")]
    [InlineData(20, 16, 4, "priors and eps")]
    public void Backward_DenseSystem_EqualsFiniteDifferencesOfRefits(int rows, int size, int components, string regularizer)
    {
        FitCase fit = Draw(rows, size, components, regularizer);

        ShouldEqualDifferences(fit, fit.System.Backward(fit.Support, fit.Parameters, fit.Cotangent()));
    }

    [Theory]
    [InlineData(12, 8, 2, "eps 1e-2")]
    [InlineData(12, 8, 3, "eps 1e-2")]
    [InlineData(12, 8, 4, "priors")]
    public void Backward_ThroughNormalization_EqualsFiniteDifferencesInRawDescriptors(int rows, int size, int components, string regularizer)
    {
        FitCase fit = FitCase.Draw(rows, size, components, Regularizers.Single(candidate => candidate.Name == regularizer).Value, raw => Normalized(raw, size));
        using DisposeScope scope = NewDisposeScope();
        using L2Normalization normalization = L2Normalization.Apply(torch.tensor(fit.Raw, [rows, size], ScalarType.Float64));

        double[] got = normalization.Backward(torch.tensor(Run(new ImplicitAdjoint(), fit).Support, [rows, size], ScalarType.Float64)).data<double>().ToArray();

        Tensor inverse_TT = fit.System.InverseAt(fit.Support, fit.Parameters);
        double step = Step * Spread(fit);
        double[] expected = [.. Enumerable.Range(0, fit.Raw.Length).Select(at => Difference(step, change =>
        {
            double[] moved = [.. fit.Raw];
            moved[at] += change;
            return fit.Loss(fit.System.Refit(inverse_TT, Normalized(moved, size), fit.Parameters));
        }))];
        Norm([.. got.Zip(expected, static (a, b) => a - b)]).ShouldBeLessThan(DifferenceTolerance * Norm(expected));
    }

    private static double[] Normalized(double[] raw, int size) => [.. raw.Chunk(size).SelectMany(Unit)];

    private static FitCase Draw(int rows, int size, int components, string regularizer)
        => FitCase.Draw(rows, size, components, Regularizers.Single(candidate => candidate.Name == regularizer).Value);

    private static DenseGradient Run(IFitAdjoint adjoint, FitCase fit)
    {
        FitGradient gradient = adjoint.Backward(fit.Support, fit.Mixture.Size, fit.Solution(), fit.Mixture.Regularizer, fit.MixtureCotangent());
        return new DenseGradient(gradient.Support, gradient.VarianceOffset, gradient.PriorVariance);
    }

    private static void ShouldEqual(DenseGradient got, DenseGradient expected, double tolerance)
    {
        double norm = Norm(expected.Support);
        norm.ShouldBeGreaterThan(0);
        Norm([.. got.Support.Zip(expected.Support, static (a, b) => a - b)]).ShouldBeLessThan(tolerance * norm);
        got.VarianceOffset.ShouldBe(expected.VarianceOffset, tolerance * Math.Max(norm, Math.Abs(expected.VarianceOffset)));
        got.PriorVariance.ShouldBe(expected.PriorVariance, tolerance * Math.Max(norm, Math.Abs(expected.PriorVariance)));
    }

    private static void ShouldEqualDifferences(FitCase fit, DenseGradient got)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor inverse_TT = fit.System.InverseAt(fit.Support, fit.Parameters);
        double norm = Norm(got.Support);
        double spread = Spread(fit);
        double squares = 0;
        double[][] directions = DirectionsOf(fit, got);
        foreach (double[] direction in directions)
        {
            double step = Step * spread / direction.Max(Math.Abs);
            double expected = Difference(step, change => fit.Loss(fit.System.Refit(inverse_TT, [.. fit.Support.Zip(direction, (x, u) => x + (change * u))], fit.Parameters)));
            double error = got.Support.Zip(direction, static (g, u) => g * u).Sum() - expected;
            Math.Abs(error).ShouldBeLessThan(DifferenceTolerance * norm);
            squares += error * error;
        }

        // Random directions see 1 / (N D) of an error's square each.
        Math.Sqrt(squares / directions.Length * fit.Support.Length).ShouldBeLessThan(DifferenceTolerance * norm);
        MixtureRegularizer regularizer = fit.Mixture.Regularizer;
        ShouldEqualInLogarithm(fit, inverse_TT, got.VarianceOffset, regularizer.VarianceOffset, norm, value => regularizer with { VarianceOffset = value });
        ShouldEqualInLogarithm(fit, inverse_TT, got.PriorVariance, regularizer.PriorVariance, norm, value => regularizer with { PriorVariance = value });
    }

    private static void ShouldEqualInLogarithm(FitCase fit, Tensor inverse_TT, double got, double value, double norm, Func<double, MixtureRegularizer> with)
    {
        if (value == 0)
        {
            return;
        }

        double expected = Difference(Step, change =>
        {
            var moved = new StationarySystem(new PlainMixture(fit.Mixture.Size, fit.Mixture.Components, with(value * Math.Exp(change))));
            return fit.Loss(moved.Refit(inverse_TT, fit.Support, fit.Parameters));
        });
        (got * value).ShouldBe(expected, DifferenceTolerance * Math.Max(norm, Math.Abs(expected)));
    }

    // Every coordinate of a small set; of a large one random directions, and the gradient's own.
    private static double[][] DirectionsOf(FitCase fit, DenseGradient got)
    {
        int length = fit.Support.Length;
        if (length <= MostCoordinates)
        {
            return [.. Enumerable.Range(0, length).Select(at => Enumerable.Range(0, length).Select(other => other == at ? 1.0 : 0).ToArray())];
        }

        var random = new PhiloxRandom(1, 2);
        double[][] drawn = [.. Enumerable.Range(0, Directions).Select(_ => Enumerable.Range(0, length).Select(_ => random.NextNormal()).ToArray()), got.Support];
        return [.. drawn.Select(Unit)];
    }

    // Two central differences, extrapolated: the error is of fourth order.
    private static double Difference(double step, Func<double, double> value)
    {
        double Central(double change) => (value(change) - value(-change)) / (2 * change);
        return ((4 * Central(step / 2)) - Central(step)) / 3;
    }

    private static double Spread(FitCase fit) => Math.Sqrt(fit.Parameters.Skip(fit.Mixture.Variance(0, 0)).Min());

    private static double[] Unit(double[] values)
    {
        double norm = Norm(values);
        return [.. values.Select(value => value / norm)];
    }

    private static double Norm(double[] values) => Math.Sqrt(values.Sum(static value => value * value));
}
