using S2M.Model.ImplicitDifferentiation;
using S2M.Model.Mixture;
using S2M.Numerics.Randomness;

namespace S2M.Local.Verification;

/// <summary>One mixture fit of one shape with one regularizer: its gradient in three ways, and how exact it is.</summary>
internal sealed class MixtureCase
{
    private const int Directions = 6;
    private const int UnrolledSteps = 600;
    private const double Spread = 0.9;
    private const double Wrong = 1e-2;

    private readonly int _size;
    private readonly MixtureRegularizer _regularizer;
    private readonly double[] _support;
    private readonly MixtureSolution _solution;
    private readonly MixtureCotangent _cotangent;
    private readonly FitGradient _gradient;
    private readonly PhiloxRandom _random;

    /// <summary>Fits clusters that overlap, so that examples are shared between components.</summary>
    /// <param name="rows">N.</param>
    /// <param name="size">D.</param>
    /// <param name="components">K.</param>
    /// <param name="regularizer">eps, nu, s0, a.</param>
    internal MixtureCase(int rows, int size, int components, MixtureRegularizer regularizer)
    {
        (_size, _regularizer) = (size, regularizer);
        _random = new PhiloxRandom((ulong)((rows * 1000) + (size * 10) + components), RandomPurpose.Initialization, 1);
        double[] centers = Normals(components * size, 1 / Math.Sqrt(size));
        double[] noise = Normals(rows * size, Spread / Math.Sqrt(size));
        _support = [.. noise.Select((value, at) => value + centers[(at / size % components * size) + (at % size)])];
        _solution = MixtureFit.Fit(_support, size, components, regularizer, MixtureStart.Searched());
        int fitted = _solution.Mixture.Components;
        _cotangent = new MixtureCotangent(Normals(fitted, 1), Normals(fitted * size, 1), Normals(fitted * size, 1));
        _gradient = new ImplicitAdjoint().Backward(_support, size, _solution, regularizer, _cotangent);
    }

    /// <summary>max |g - G(g)| of the fit.</summary>
    internal double FixedPointResidual => _solution.Residual;

    /// <summary>Relative error of the solved adjoint equations.</summary>
    internal double AdjointResidual => _gradient.Residual;

    /// <summary>Implicit against central differences of refits from the same fixed point, in random directions, by eps and by s0; relative.</summary>
    internal double FiniteDifferenceError()
    {
        var check = new DirectionalCheck(_support, _size, _solution, _regularizer, _cotangent);
        double worst = Enumerable.Range(0, Directions).Max(_ => check.Error(_gradient.Support, Normals(_support.Length, 1)));
        worst = Math.Max(worst, check.OffsetError(_gradient.VarianceOffset));
        return _regularizer.PriorStrength == 0 ? worst : Math.Max(worst, check.PriorVarianceError(_gradient.PriorVariance));
    }

    /// <summary>Implicit against unrolled: the relative distance of the gradients by examples.</summary>
    internal double UnrolledError()
    {
        double[] unrolled = new UnrolledAdjoint(UnrolledSteps).Backward(_support, _size, _solution, _regularizer, _cotangent).Support;
        return Length([.. unrolled.Zip(_gradient.Support, (left, right) => left - right)]) / Length(unrolled);
    }

    /// <summary>Steps of the fit, of expectation-maximization and of Newton's method.</summary>
    internal int Steps => _solution.Iterations + _solution.NewtonSteps;

    /// <summary>How far the check by differences is from the error of gradients that are wrong by a known part: in one direction, and by eps.</summary>
    internal double ErrorOfWrongGradients()
    {
        var check = new DirectionalCheck(_support, _size, _solution, _regularizer, _cotangent);
        double[] direction = Normals(_support.Length, 1);
        double size = Length(_gradient.Support);
        double part = Wrong * size / Length(direction);
        double[] wrong = [.. _gradient.Support.Zip(direction, (value, along) => value + (part * along))];
        double ofSupport = Math.Abs(check.Error(wrong, direction) - (Wrong * size / Length(wrong)));
        double ofOffset = Math.Abs(check.OffsetError(_gradient.VarianceOffset / (1 - Wrong)) - Wrong);
        return Math.Max(ofSupport, ofOffset);
    }

    private static double Length(double[] values) => Math.Sqrt(values.Sum(value => value * value));

    private double[] Normals(int count, double scale) => [.. Enumerable.Range(0, count).Select(_ => scale * _random.NextNormal())];
}
