// Shapes: N support rows, Q queries, D descriptor size, K components.
using S2M.Model.ImplicitDifferentiation;
using S2M.Model.Mixture;
using S2M.Model.Tests.Mixture;
using S2M.Numerics.Mixtures;
using S2M.Numerics.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model.Tests.ImplicitDifferentiation;

/// <summary>
/// A support set with an ambiguous fixed point, solved for to rounding by Newton's steps on the dense system, and a loss over its densities:
/// L = sum_y v_y log p(y), whose derivative by the mixture is that of any loss (docs/maths.md, eq. 18-21).
/// </summary>
internal sealed class FitCase
{
    private const int Queries = 8;
    private const int MostDraws = 400;
    private const int Settling = 400;
    private const uint Purpose = 4711;

    private FitCase(PlainMixture mixture, double[] support, double[] start, double[] parameters, int steps, PhiloxRandom random)
    {
        (Mixture, Support, Start, Parameters, Steps) = (mixture, support, start, parameters, steps);
        System = new StationarySystem(mixture);
        QueryRows = [.. Enumerable.Range(0, Queries * mixture.Size)
            .Select(at => support[((at / mixture.Size % Rows) * mixture.Size) + (at % mixture.Size)] + (0.1 * random.NextNormal()))];
        QueryCotangents = [.. Enumerable.Range(0, Queries).Select(_ => random.NextNormal())];
    }

    internal PlainMixture Mixture { get; }

    internal StationarySystem System { get; }

    internal double[] Support { get; }

    /// <summary>Before normalization.</summary>
    internal double[] Raw { get; private set; } = [];

    /// <summary>Responsibilities that EM began with.</summary>
    internal double[] Start { get; }

    /// <summary>theta, a fixed point.</summary>
    internal double[] Parameters { get; }

    /// <summary>So many EM steps from the start forget it to rounding, and so does the derivative of the last of them.</summary>
    internal int Steps { get; }

    internal int Rows => Support.Length / Mixture.Size;

    private double[] QueryRows { get; }

    private double[] QueryCotangents { get; }

    /// <summary>Draws support sets until EM settles quickly on components that share rows.</summary>
    /// <param name="rows">N.</param>
    /// <param name="size">D.</param>
    /// <param name="components">K.</param>
    /// <param name="regularizer">eps, nu, s0, a.</param>
    /// <param name="normalize">What becomes of raw descriptors (N, D); null for nothing.</param>
    internal static FitCase Draw(int rows, int size, int components, MixtureRegularizer regularizer, Func<double[], double[]>? normalize = null)
    {
        var mixture = new PlainMixture(size, components, regularizer);
        for (uint draw = 0; draw < MostDraws; draw++)
        {
            var random = new PhiloxRandom((ulong)((rows * 1000) + size), Purpose, (uint)components, draw);

            // From far apart to hardly apart.
            double[] raw = Points(random, rows, size, components, separation: 3.0 / (1 + (draw % 8)));
            double[] start = Owned(random, rows, components);
            if (Settled(mixture, normalize is null ? raw : normalize(raw), start, random) is { } settled)
            {
                settled.Raw = raw;
                return settled;
            }
        }

        throw new InvalidOperationException($"N {rows}, D {size}, K {components}, {regularizer}: expected an ambiguous fixed point among {MostDraws} draws");
    }

    /// <summary>What the code under test is given.</summary>
    internal MixtureSolution Solution()
    {
        (double[] responsibilities, double[] densities) = Mixture.Expect(Parameters, Support);
        int middle = Mixture.Components + (Mixture.Components * Mixture.Size);
        return new MixtureSolution
        {
            Mixture = new GaussianMixture(Parameters[..Mixture.Components], Parameters[Mixture.Components..middle], Parameters[middle..]),
            Responsibilities = responsibilities,
            Counts = [.. Enumerable.Range(0, Mixture.Components).Select(j => Enumerable.Range(0, Rows).Sum(i => responsibilities[(i * Mixture.Components) + j]))],
            Start = Start,
            Status = FitStatus.Converged,
            Requested = Mixture.Components,
            Iterations = Steps,
            NewtonSteps = 0,
            Residual = 0,
            LogLikelihood = 0,
            LowerBound = densities.Sum(),
            SmallestVariance = Parameters[middle..].Min(),
        };
    }

    internal double Loss(double[] parameters) => Mixture.Expect(parameters, QueryRows).LogDensities.Zip(QueryCotangents, static (density, v) => density * v).Sum();

    /// <summary>dL/dtheta (eq. 19-21), in the order of the parameters.</summary>
    internal double[] Cotangent()
    {
        double[] cotangent = new double[Mixture.Parameters];
        double[] responsibilities = Mixture.Expect(Parameters, QueryRows).Responsibilities;
        for (int at = 0; at < responsibilities.Length; at++)
        {
            (int y, int j) = (at / Mixture.Components, at % Mixture.Components);
            double share = QueryCotangents[y] * responsibilities[at];
            cotangent[j] += share / Parameters[j];
            for (int d = 0; d < Mixture.Size; d++)
            {
                double variance = Parameters[Mixture.Variance(j, d)];
                double ratio = (QueryRows[(y * Mixture.Size) + d] - Parameters[Mixture.Mean(j, d)]) / variance;
                cotangent[Mixture.Mean(j, d)] += share * ratio;
                cotangent[Mixture.Variance(j, d)] += share * ((ratio * ratio) - (1 / variance)) / 2;
            }
        }

        return cotangent;
    }

    /// <summary>The same as the code under test takes it.</summary>
    internal MixtureCotangent MixtureCotangent()
    {
        double[] cotangent = Cotangent();
        int middle = Mixture.Components + (Mixture.Components * Mixture.Size);
        return new MixtureCotangent(cotangent[..Mixture.Components], cotangent[Mixture.Components..middle], cotangent[middle..]);
    }

    private static double[] Points(PhiloxRandom random, int rows, int size, int components, double separation)
    {
        double scale = 0.4 / Math.Sqrt(size);
        double[] centers = [.. Enumerable.Range(0, components * size).Select(_ => separation * scale * random.NextNormal())];
        return [.. Enumerable.Range(0, rows * size).Select(at => centers[((at / size) % components * size) + (at % size)] + (scale * random.NextNormal()))];
    }

    private static double[] Owned(PhiloxRandom random, int rows, int components)
    {
        double[] start = new double[rows * components];
        for (int at = 0; at < start.Length; at++)
        {
            start[at] = (at / components) % components == at % components ? 1 : 0.3 * random.NextDouble();
        }

        for (int i = 0; i < rows; i++)
        {
            Span<double> row = start.AsSpan(i * components, components);
            double sum = 0;
            foreach (double value in row)
            {
                sum += value;
            }

            foreach (ref double value in row)
            {
                value /= sum;
            }
        }

        return start;
    }

    private static FitCase? Settled(PlainMixture mixture, double[] support, double[] start, PhiloxRandom random)
    {
        double[] g = start;
        double[] changes = new double[Settling];
        for (int step = 0; step < Settling; step++)
        {
            double[] next = mixture.Step(support, g);
            changes[step] = next.Zip(g, static (a, b) => Math.Abs(a - b)).Max();
            g = next;
            if (changes[step] < 1e-12 || !double.IsFinite(changes[step]))
            {
                break;
            }
        }

        // The last factor between changes well above rounding tells how fast the start is forgotten.
        int last = Array.FindLastIndex(changes, static change => change is > 1e-11 and < 1e-3);
        double rate = last > 4 && changes[last - 4] > 0 ? Math.Pow(changes[last] / changes[last - 4], 0.25) : 0;
        double ambiguity = mixture.Components == 1 ? 1 : g.Chunk(mixture.Components).Max(static row => 1 - row.Max());
        double fewest = Enumerable.Range(0, mixture.Components).Min(j => g.Where((_, at) => at % mixture.Components == j).Sum());
        if (!changes.Any(static change => change < 1e-12) || rate > 0.93 || ambiguity < 1e-3 || !(fewest > 0.7))
        {
            return null;
        }

        using DisposeScope scope = NewDisposeScope();
        var system = new StationarySystem(mixture);
        double[] near = mixture.Maximize(support, g);
        double[] parameters = system.Refit(system.InverseAt(support, near), support, near);
        int steps = mixture.Components == 1 ? 1 : last + 20 + (int)(-34 / Math.Log(Math.Max(rate, 0.05)));
        return new FitCase(mixture, support, start, parameters, steps, random);
    }
}
