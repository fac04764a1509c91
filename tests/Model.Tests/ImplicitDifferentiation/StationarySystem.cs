// Shapes: N support rows, D descriptor size, K components, F = 1 + 2 D features of a component, T = K F + 1 unknowns.
using S2M.Model.Mixture;
using S2M.Model.Tests.Mixture;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model.Tests.ImplicitDifferentiation;

/// <summary>The gradient through a fit by the dense system: to the support set, eps and s0.</summary>
internal sealed record DenseGradient(double[] Support, double VarianceOffset, double PriorVariance);

/// <summary>
/// The fit as the paper states it: equations F(theta, X) = 0 in the parameters and the multiplier of sum pi = 1, dense, of size 2 K D + K + 1. With eps = 0 they
/// say that the gradient of the penalized likelihood vanishes; eps > 0 makes them the M-step's equations, which are no objective's gradient, and the
/// implicit function theorem needs none. Unknowns are ordered pi (K), mu (K x D), s (K x D), lambda.
/// </summary>
/// <param name="mixture">Sizes and regularizer.</param>
internal sealed class StationarySystem(PlainMixture mixture)
{
    private const int MostSteps = 60;
    private readonly int _components = mixture.Components;
    private readonly int _size = mixture.Size;
    private readonly MixtureRegularizer _regularizer = mixture.Regularizer;

    /// <summary>T.</summary>
    internal int Unknowns => mixture.Parameters + 1;

    /// <summary>The inverse Jacobian near a solution, scaled, for <see cref="Refit"/>; it belongs to the dispose scope that is open.</summary>
    internal Tensor InverseAt(double[] support, double[] parameters)
    {
        using DisposeScope scope = NewDisposeScope();
        return linalg.inv(ScaledJacobian(WithMultiplier(support, parameters), support)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Follows the solution to a support set or regularizer nearby: Newton's steps with the inverse of where it began, which leads to F = 0 whatever the inverse,
    /// until they no longer shrink.
    /// </summary>
    internal double[] Refit(Tensor inverse_TT, double[] support, double[] parameters)
    {
        double[] unknowns = WithMultiplier(support, parameters);
        double last = double.PositiveInfinity;
        for (int step = 0; step < MostSteps; step++)
        {
            double moved = Move(unknowns, inverse_TT, support);
            if (moved >= last && last < 1e-11)
            {
                return unknowns[..mixture.Parameters];
            }

            last = moved;
        }

        throw new InvalidOperationException($"refit: expected to settle in {MostSteps} steps, still moves by {last}");
    }

    /// <summary>dL/dX, dL/deps and dL/ds0 by the adjoint of the whole system.</summary>
    /// <param name="support">X.</param>
    /// <param name="parameters">A solution for it.</param>
    /// <param name="cotangent">dL/dpi, dL/dmu, dL/ds in the order of the parameters.</param>
    internal DenseGradient Backward(double[] support, double[] parameters, double[] cotangent)
    {
        double[] unknowns = WithMultiplier(support, parameters);
        double[] scales = Scales(unknowns);
        double[] right = [.. scales.Select((scale, t) => t < cotangent.Length ? -scale * cotangent[t] : 0)];
        using DisposeScope scope = NewDisposeScope();
        Tensor solved_T = linalg.solve(ScaledJacobian(unknowns, support).t(), torch.tensor(right, ScalarType.Float64));
        double[] adjoint = [.. solved_T.data<double>().ToArray().Zip(scales, static (value, scale) => value * scale)];
        return Pull(unknowns, support, adjoint);
    }

    private static double Largest(IEnumerable<double> values) => values.Max(Math.Abs);

    private double[] WithMultiplier(double[] support, double[] parameters) => [.. parameters, (support.Length / _size) + (_components * _regularizer.WeightPrior)];

    // Units in which all unknowns are alike: pi, standard deviations, variances.
    private double[] Scales(double[] unknowns)
    {
        double[] scales = new double[Unknowns];
        for (int j = 0; j < _components; j++)
        {
            scales[j] = unknowns[j];
            for (int d = 0; d < _size; d++)
            {
                double variance = unknowns[mixture.Variance(j, d)];
                scales[mixture.Mean(j, d)] = Math.Sqrt(variance);
                scales[mixture.Variance(j, d)] = variance;
            }
        }

        scales[^1] = 1;
        return scales;
    }

    private double Move(double[] unknowns, Tensor inverse_TT, double[] support)
    {
        double[] scales = Scales(unknowns);
        using DisposeScope scope = NewDisposeScope();
        double[] residual = Equations(unknowns, support);
        Tensor scaled_T = torch.tensor(residual.Select((value, t) => value * scales[t]).ToArray(), ScalarType.Float64);
        double[] move = inverse_TT.mv(scaled_T).data<double>().ToArray();
        for (int t = 0; t < move.Length; t++)
        {
            unknowns[t] -= move[t] * scales[t];
        }

        return Largest(move);
    }

    // F: dimension by dimension, as they are written in the paper.
    private double[] Equations(double[] unknowns, double[] support)
    {
        int rows = support.Length / _size;
        double[] responsibilities = mixture.Expect(unknowns, support).Responsibilities;
        double[] equations = new double[Unknowns];
        for (int j = 0; j < _components; j++)
        {
            double count = Enumerable.Range(0, rows).Sum(i => responsibilities[(i * _components) + j]);
            equations[j] = ((count + _regularizer.WeightPrior) / unknowns[j]) - unknowns[^1];
            for (int d = 0; d < _size; d++)
            {
                (double mean, double variance) = (unknowns[mixture.Mean(j, d)], unknowns[mixture.Variance(j, d)]);
                (double first, double second) = (0, 0);
                for (int i = 0; i < rows; i++)
                {
                    double difference = support[(i * _size) + d] - mean;
                    first += responsibilities[(i * _components) + j] * difference;
                    second += responsibilities[(i * _components) + j] * difference * difference;
                }

                double prior = _regularizer.PriorStrength * _regularizer.PriorVariance;
                equations[mixture.Mean(j, d)] = first / variance;
                equations[mixture.Variance(j, d)] =
                    (second + prior - ((count + _regularizer.PriorStrength) * (variance - _regularizer.VarianceOffset))) / (2 * variance * variance);
            }
        }

        equations[^1] = unknowns[.._components].Sum() - 1;
        return equations;
    }

    // dF/dtheta: what g moves is a product of two feature matrices over the rows; what does not go through g stands on diagonals.
    private Tensor ScaledJacobian(double[] unknowns, double[] support)
    {
        using DisposeScope scope = NewDisposeScope();
        int rows = support.Length / _size;
        int features = 1 + (2 * _size);
        double[] responsibilities = mixture.Expect(unknowns, support).Responsibilities;
        double[] jacobian = new double[Unknowns * Unknowns];
        (double[] Equation, double[] Joint)[] parts = [.. Enumerable.Range(0, _components).Select(j => Features(unknowns, support, j))];
        int[][] indices = [.. Enumerable.Range(0, _components).Select(Indices)];
        for (int j = 0; j < _components; j++)
        {
            Tensor equations_NF = torch.tensor(parts[j].Equation, [rows, features], ScalarType.Float64);
            for (int m = 0; m < _components; m++)
            {
                double[] moved = new double[rows * features];
                for (int at = 0; at < moved.Length; at++)
                {
                    int row = at / features * _components;
                    moved[at] = responsibilities[row + j] * ((j == m ? 1 : 0) - responsibilities[row + m]) * parts[m].Joint[at];
                }

                double[] block = equations_NF.t().mm(torch.tensor(moved, [rows, features], ScalarType.Float64)).data<double>().ToArray();
                for (int at = 0; at < block.Length; at++)
                {
                    jacobian[(indices[j][at / features] * Unknowns) + indices[m][at % features]] = block[at];
                }
            }
        }

        AddDirect(jacobian, unknowns, support, responsibilities);
        double[] scales = Scales(unknowns);
        for (int at = 0; at < jacobian.Length; at++)
        {
            jacobian[at] *= scales[at / Unknowns] * scales[at % Unknowns];
        }

        return torch.tensor(jacobian, [Unknowns, Unknowns], ScalarType.Float64).MoveToOuterDisposeScope();
    }

    private int[] Indices(int component) =>
        [component, .. Enumerable.Range(0, _size).Select(d => mixture.Mean(component, d)), .. Enumerable.Range(0, _size).Select(d => mixture.Variance(component, d))];

    // For every row: by how much g_ij enters the component's equations, and by how much the component's parameters enter its log joint.
    private (double[] Equation, double[] Joint) Features(double[] unknowns, double[] support, int component)
    {
        int features = 1 + (2 * _size);
        int rows = support.Length / _size;
        double[] equation = new double[rows * features];
        double[] joint = new double[rows * features];
        for (int i = 0; i < rows; i++)
        {
            int at = i * features;
            equation[at] = joint[at] = 1 / unknowns[component];
            for (int d = 0; d < _size; d++)
            {
                double difference = support[(i * _size) + d] - unknowns[mixture.Mean(component, d)];
                double variance = unknowns[mixture.Variance(component, d)];
                equation[at + 1 + d] = joint[at + 1 + d] = difference / variance;
                joint[at + 1 + _size + d] = ((difference * difference) - variance) / (2 * variance * variance);
                equation[at + 1 + _size + d] = joint[at + 1 + _size + d] + (_regularizer.VarianceOffset / (2 * variance * variance));
            }
        }

        return (equation, joint);
    }

    private void AddDirect(double[] jacobian, double[] unknowns, double[] support, double[] responsibilities)
    {
        int rows = support.Length / _size;
        double[] equations = Equations(unknowns, support);
        int last = Unknowns - 1;
        for (int j = 0; j < _components; j++)
        {
            double count = Enumerable.Range(0, rows).Sum(i => responsibilities[(i * _components) + j]);
            jacobian[(j * Unknowns) + j] -= (count + _regularizer.WeightPrior) / (unknowns[j] * unknowns[j]);
            jacobian[(j * Unknowns) + last] -= 1;
            jacobian[(last * Unknowns) + j] += 1;
            for (int d = 0; d < _size; d++)
            {
                (int mean, int spread) = (mixture.Mean(j, d), mixture.Variance(j, d));
                double variance = unknowns[spread];
                jacobian[(mean * Unknowns) + mean] -= count / variance;
                jacobian[(mean * Unknowns) + spread] -= equations[mean] / variance;
                jacobian[(spread * Unknowns) + mean] -= equations[mean] / variance;
                jacobian[(spread * Unknowns) + spread] -= ((count + _regularizer.PriorStrength) / (2 * variance * variance)) + (2 * equations[spread] / variance);
            }
        }
    }

    // <u, dF/dX>, <u, dF/deps>, <u, dF/ds0>.
    private DenseGradient Pull(double[] unknowns, double[] support, double[] adjoint)
    {
        int rows = support.Length / _size;
        double[] responsibilities = mixture.Expect(unknowns, support).Responsibilities;
        double[] gradient = new double[support.Length];
        (double offset, double prior) = (0, 0);
        for (int i = 0; i < rows; i++)
        {
            ReadOnlySpan<double> g = responsibilities.AsSpan(i * _components, _components);
            double[] pulled = [.. Enumerable.Range(0, _components).Select(j => Pulled(unknowns, support, adjoint, i, j))];
            double mean = 0;
            for (int j = 0; j < _components; j++)
            {
                mean += g[j] * pulled[j];
            }

            for (int j = 0; j < _components; j++)
            {
                for (int d = 0; d < _size; d++)
                {
                    double variance = unknowns[mixture.Variance(j, d)];
                    double ratio = (support[(i * _size) + d] - unknowns[mixture.Mean(j, d)]) / variance;
                    gradient[(i * _size) + d] += g[j]
                        * (((adjoint[mixture.Mean(j, d)] + (adjoint[mixture.Variance(j, d)] * ratio)) / variance) - ((pulled[j] - mean) * ratio));
                }
            }
        }

        for (int j = 0; j < _components; j++)
        {
            double count = Enumerable.Range(0, rows).Sum(i => responsibilities[(i * _components) + j]);
            for (int d = 0; d < _size; d++)
            {
                double variance = unknowns[mixture.Variance(j, d)];
                double share = adjoint[mixture.Variance(j, d)] / (2 * variance * variance);
                offset += share * (count + _regularizer.PriorStrength);
                prior += share * _regularizer.PriorStrength;
            }
        }

        return new DenseGradient(gradient, offset, prior);
    }

    // By how much g_ij enters <u, F>.
    private double Pulled(double[] unknowns, double[] support, double[] adjoint, int row, int component)
    {
        double sum = adjoint[component] / unknowns[component];
        for (int d = 0; d < _size; d++)
        {
            double variance = unknowns[mixture.Variance(component, d)];
            double difference = support[(row * _size) + d] - unknowns[mixture.Mean(component, d)];
            sum += adjoint[mixture.Mean(component, d)] * difference / variance;
            sum += adjoint[mixture.Variance(component, d)] * ((difference * difference) - variance + _regularizer.VarianceOffset) / (2 * variance * variance);
        }

        return sum;
    }
}
