// Shapes: N rows, D descriptor size, K components.
using S2M.Model.Mixture;

namespace S2M.Model.Tests.Mixture;

/// <summary>
/// The fit's equations once more (docs/maths.md, eq. 3-8), component by component and dimension by dimension, with nothing of the code under test.
/// Parameters are one vector: pi (K), mu (K x D), s (K x D).
/// </summary>
/// <param name="size">D.</param>
/// <param name="components">K.</param>
/// <param name="regularizer">eps, nu, s0, a.</param>
internal sealed class PlainMixture(int size, int components, MixtureRegularizer regularizer)
{
    internal int Size => size;

    internal int Components => components;

    internal MixtureRegularizer Regularizer => regularizer;

    /// <summary>Length of the vector.</summary>
    internal int Parameters => components + (2 * components * size);

    internal int Mean(int component, int dimension) => components + (component * size) + dimension;

    internal int Variance(int component, int dimension) => components + (components * size) + (component * size) + dimension;

    /// <summary>The M-step.</summary>
    internal double[] Maximize(double[] support, double[] responsibilities)
    {
        int rows = support.Length / size;
        double[] parameters = new double[Parameters];
        for (int j = 0; j < components; j++)
        {
            double count = Enumerable.Range(0, rows).Sum(i => responsibilities[(i * components) + j]);
            parameters[j] = (count + regularizer.WeightPrior) / (rows + (components * regularizer.WeightPrior));
            for (int d = 0; d < size; d++)
            {
                (double sum, double squares) = (0, 0);
                for (int i = 0; i < rows; i++)
                {
                    sum += responsibilities[(i * components) + j] * support[(i * size) + d];
                }

                double mean = sum / count;
                for (int i = 0; i < rows; i++)
                {
                    double difference = support[(i * size) + d] - mean;
                    squares += responsibilities[(i * components) + j] * difference * difference;
                }

                parameters[Mean(j, d)] = mean;
                double prior = regularizer.PriorStrength * regularizer.PriorVariance;
                parameters[Variance(j, d)] = ((squares + prior) / (count + regularizer.PriorStrength)) + regularizer.VarianceOffset;
            }
        }

        return parameters;
    }

    /// <summary>log pi_j + log N(x_i; mu_j, s_j), shape (N, K).</summary>
    internal double[] LogJoints(double[] parameters, double[] rows)
    {
        double[] constants = [.. Enumerable.Range(0, components).Select(j => Enumerable.Range(0, size).Sum(d => Math.Log(2 * Math.PI * parameters[Variance(j, d)])))];
        double[] joints = new double[rows.Length / size * components];
        for (int at = 0; at < joints.Length; at++)
        {
            (int i, int j) = (at / components, at % components);
            double sum = 0;
            for (int d = 0; d < size; d++)
            {
                double difference = rows[(i * size) + d] - parameters[Mean(j, d)];
                sum += difference * difference / parameters[Variance(j, d)];
            }

            joints[at] = Math.Log(parameters[j]) - ((constants[j] + sum) / 2);
        }

        return joints;
    }

    /// <summary>The E-step, shape (N, K), and log p(x_i), shape (N).</summary>
    internal (double[] Responsibilities, double[] LogDensities) Expect(double[] parameters, double[] rows)
    {
        double[] joints = LogJoints(parameters, rows);
        double[] densities = new double[joints.Length / components];
        for (int i = 0; i < densities.Length; i++)
        {
            Span<double> row = joints.AsSpan(i * components, components);
            double highest = double.NegativeInfinity;
            foreach (double joint in row)
            {
                highest = Math.Max(highest, joint);
            }

            double sum = 0;
            foreach (double joint in row)
            {
                sum += Math.Exp(joint - highest);
            }

            densities[i] = highest + Math.Log(sum);
            for (int j = 0; j < components; j++)
            {
                row[j] = Math.Exp(row[j] - densities[i]);
            }
        }

        return (joints, densities);
    }

    /// <summary>G: an E-step after an M-step.</summary>
    internal double[] Step(double[] support, double[] responsibilities) => Expect(Maximize(support, responsibilities), support).Responsibilities;
}
