// Shapes: N support rows, D descriptor size, K components.
using S2M.Model.ImplicitDifferentiation;
using S2M.Model.Mixture;
using S2M.Model.Tests.ImplicitDifferentiation;
using S2M.Model.Tests.Mixture;
using S2M.Numerics.Randomness;

namespace S2M.Model.Benchmarks.Mixtures;

/// <summary>A batch of concepts of one shape: drawn support sets of overlapping clusters on the unit sphere, as an embedding gives them, and their fits.</summary>
internal sealed class FittedConcepts
{
    private const int Concepts = 20;
    private const uint Purpose = 4713;

    private const int MostSteps = 2000;
    private const ulong MostDraws = 10 * Concepts;
    private const double Separation = 0.5;

    private readonly double[][] _supports;
    private readonly MixtureSolution[] _solutions;
    private readonly MixtureCotangent[] _cotangents;
    private int _next;

    /// <summary>Draws and fits.</summary>
    /// <param name="rows">N.</param>
    /// <param name="size">D.</param>
    /// <param name="components">K.</param>
    internal FittedConcepts(int rows, int size, int components)
    {
        (Rows, Size, Components) = (rows, size, components);
        _supports = new double[Concepts][];
        _solutions = new MixtureSolution[Concepts];
        ulong draw = 0;
        for (int concept = 0; concept < Concepts; concept++)
        {
            // A gradient goes only through fits that ended, and is compared only among those of one size.
            do
            {
                if (draw == MostDraws)
                {
                    throw new BenchmarkException($"{Name}: expected {Concepts} fits with {components} components among {MostDraws}, got {concept}; change what is drawn");
                }

                _supports[concept] = Draw(new PhiloxRandom(draw++, Purpose, (uint)rows, (uint)size));
                _solutions[concept] = Fit(concept);
            }
            while (_solutions[concept].Status != FitStatus.Converged);
        }

        Draws = (int)draw;
        _cotangents = [.. Enumerable.Range(0, Concepts).Select(Cotangent)];
        Steps = [.. Enumerable.Range(0, Concepts).Select(StepsOf)];
    }

    /// <summary>eps alone, of the size of the squared distances between rows.</summary>
    internal static MixtureRegularizer Regularizer { get; } = new(0.03);

    /// <summary>N.</summary>
    internal int Rows { get; }

    /// <summary>D.</summary>
    internal int Size { get; }

    /// <summary>K.</summary>
    internal int Components { get; }

    /// <summary>How reports call it.</summary>
    internal string Name => $"N = {Rows}, D = {Size}, K = {Components}";

    /// <summary>Unknowns of the dense system.</summary>
    internal int DenseUnknowns => (2 * Components * Size) + Components + 1;

    /// <summary>Support sets that were drawn until all fits of the batch had ended with their components.</summary>
    internal int Draws { get; }

    /// <summary>Concepts of the batch.</summary>
    internal static int Count => Concepts;

    /// <summary>Steps of expectation-maximization that each concept needs without Newton's method: what is unrolled.</summary>
    internal int[] Steps { get; }

    /// <summary>Unknowns of the implicit system, a concept on average: they come from the rows that belong to more than one component.</summary>
    internal double MeanUnknowns => Enumerable.Range(0, Concepts).Average(concept => Backward(new ImplicitAdjoint(), concept).SystemSize);

    /// <summary>Fits all.</summary>
    internal void FitAll()
    {
        for (int concept = 0; concept < Concepts; concept++)
        {
            Fit(concept);
        }
    }

    /// <summary>The gradient through all fits.</summary>
    internal void BackwardAll()
    {
        var adjoint = new ImplicitAdjoint();
        for (int concept = 0; concept < Concepts; concept++)
        {
            Backward(adjoint, concept);
        }
    }

    /// <summary>The same through one after the other, one a call, by unrolling.</summary>
    internal void UnrollNext()
    {
        int concept = _next++ % Concepts;
        Backward(new UnrolledAdjoint(Steps[concept]), concept);
    }

    /// <summary>The same by the dense system.</summary>
    internal void DenseNext() => Dense(_next++ % Concepts);

    /// <summary>The largest relative difference between the implicit gradients and the dense ones, over the first concepts.</summary>
    /// <param name="concepts">How many.</param>
    internal double FurthestFromDense(int concepts) => Enumerable.Range(0, concepts).Max(concept =>
    {
        double[] got = Backward(new ImplicitAdjoint(), concept).Support;
        double[] expected = Dense(concept).Support;
        return Math.Sqrt(got.Zip(expected, static (a, b) => (a - b) * (a - b)).Sum() / expected.Sum(static value => value * value));
    });

    private MixtureSolution Fit(int concept) => MixtureFit.Fit(_supports[concept], Size, Components, Regularizer, MixtureStart.Seeded((ulong)concept));

    private FitGradient Backward(IFitAdjoint adjoint, int concept)
        => adjoint.Backward(_supports[concept], Size, _solutions[concept], Regularizer, _cotangents[concept]);

    private DenseGradient Dense(int concept)
    {
        MixtureSolution solution = _solutions[concept];
        MixtureCotangent cotangent = _cotangents[concept];
        return new StationarySystem(new PlainMixture(Size, Components, Regularizer)).Backward(
            _supports[concept],
            [.. solution.Mixture.MixingWeights, .. solution.Mixture.Means, .. solution.Mixture.Variances],
            [.. cotangent.MixingWeights, .. cotangent.Means, .. cotangent.Variances]);
    }

    private MixtureCotangent Cotangent(int concept)
    {
        var random = new PhiloxRandom((ulong)concept, Purpose, 1);
        double[] Draws(int count, ReadOnlySpan<double> units) => [.. units[..count].ToArray().Select(unit => random.NextNormal() / unit)];
        MixtureSolution solution = _solutions[concept];
        double[] deviations = [.. solution.Mixture.Variances.ToArray().Select(Math.Sqrt)];
        return new MixtureCotangent(
            Draws(Components, solution.Mixture.MixingWeights), Draws(deviations.Length, deviations), Draws(deviations.Length, solution.Mixture.Variances));
    }

    private int StepsOf(int concept)
    {
        var plain = new PlainMixture(Size, Components, Regularizer);
        double[] responsibilities = _solutions[concept].Start;
        for (int step = 1; step < MostSteps; step++)
        {
            double[] next = plain.Step(_supports[concept], responsibilities);
            if (next.Zip(responsibilities, static (a, b) => Math.Abs(a - b)).Max() <= MixtureFit.Tolerance)
            {
                return step;
            }

            responsibilities = next;
        }

        return MostSteps;
    }

    // Clusters on the unit sphere, so near to each other for eps that rows are shared: no row drops out of the system, which has its full size.
    private double[] Draw(PhiloxRandom random)
    {
        double[] centers = [.. Enumerable.Range(0, Components * Size).Select(_ => random.NextNormal())];
        double[] support = new double[Rows * Size];
        for (int i = 0; i < Rows; i++)
        {
            Span<double> row = support.AsSpan(i * Size, Size);
            double squares = 0;
            for (int d = 0; d < Size; d++)
            {
                row[d] = (Separation * centers[(i % Components * Size) + d]) + random.NextNormal();
                squares += row[d] * row[d];
            }

            foreach (ref double value in row)
            {
                value /= Math.Sqrt(squares);
            }
        }

        return support;
    }
}
