using S2M.Numerics.Mixtures;
using S2M.Specification;

namespace S2M.Model.Mixture;

/// <summary>
/// Fits mixtures: expectation-maximization, finished by Newton's method on the responsibilities (docs/maths.md, section 6). Float64, one thread; the
/// bits depend on the rows, their order and the arguments alone.
/// </summary>
public static class MixtureFit
{
    /// <summary>The largest residual that is a fixed point.</summary>
    public const double Tolerance = 1e-6;

    private const int MostSteps = 200;
    private const int FirstNewton = 10;

    // Between attempts of Newton's method, where one was refused.
    private const int Pause = 5;
    private const double NearEnough = 0.1;
    private const double Exact = 1e-13;
    private const double AsGoodAsExact = 1e-10;

    private const double LargestValue = 1e100;

    /// <summary>Fits.</summary>
    /// <param name="support">x, shape (N, D), row-major, N at least 1, finite and at most 1e100 in size.</param>
    /// <param name="size">D, at least 1.</param>
    /// <param name="components">K, at least 1; the solution has fewer where the examples do not carry them, and no background where that takes all examples.</param>
    /// <param name="regularizer">eps, nu, s0, a.</param>
    /// <param name="start">Where to begin.</param>
    /// <exception cref="Set2ModelException">An argument is out of its range.</exception>
    public static MixtureSolution Fit(ReadOnlySpan<double> support, int size, int components, MixtureRegularizer regularizer, MixtureStart start)
    {
        ArgumentNullException.ThrowIfNull(regularizer);
        ArgumentNullException.ThrowIfNull(start);
        Check(support, size, components, regularizer);
        int[] order = start.Order(support, size);
        (double[] rows, double[] center) = MixtureEstimate.Center(MixtureHead.Gather(support, size, order), size);
        double[]? background = BackgroundOf(center, regularizer);
        int carried = Carried(order.Length, components);
        FitStatus status = carried < components ? FitStatus.TooFewExamples : FitStatus.Converged;
        for (int left = carried; ; left--)
        {
            MixtureSolution? best = null;
            foreach (int[] first in start.Choose(rows, size, left, regularizer.HasBackground))
            {
                // Components with one mean are a saddle that no step leaves.
                MixtureSolution? found = MixtureStart.CountDistinct(rows, size, first) < first.Length
                    ? null
                    : Climb(rows, size, Assign(rows, size, first, regularizer, background), regularizer, background);
                best = found is not null && (best is null || found.LowerBound > best.LowerBound) ? found : best;
            }

            if (best is not null)
            {
                FitStatus ended = best.Status == FitStatus.IterationLimit ? best.Status : status;
                MixtureSolution solution = Back(best with { Status = ended, Requested = components }, center);
                return solution with { Responsibilities = Unsorted(solution.Responsibilities, order), Start = Unsorted(solution.Start, order) };
            }

            if (left == 1)
            {
                // The background took the examples of the last one too: under so wide variances it is the likelier one everywhere, and says nothing.
                MixtureSolution without = Fit(support, size, components, regularizer with { HasBackground = false }, start);
                return without with { LostBackground = true, Status = without.IsStationary ? FitStatus.Collapsed : without.Status };
            }

            status = FitStatus.Collapsed;
        }
    }

    /// <summary>Fits from given responsibilities, without a change of K: the first step is an M-step.</summary>
    /// <param name="support">x, shape (N, D), row-major.</param>
    /// <param name="size">D.</param>
    /// <param name="start">g, shape (N, K), row-major.</param>
    /// <param name="regularizer">eps, nu, s0, a.</param>
    /// <param name="mostSteps">The most steps of expectation-maximization.</param>
    /// <returns>Null where a component collapses.</returns>
    internal static MixtureSolution? FitFrom(ReadOnlySpan<double> support, int size, double[] start, MixtureRegularizer regularizer, int mostSteps = MostSteps)
    {
        int rowCount = size < 1 ? 0 : support.Length / size;
        int components = rowCount == 0 ? 0 : start.Length / rowCount;
        Check(support, size, components, regularizer);
        if (start.Length != rowCount * components)
        {
            throw new Set2ModelException($"start: expected as many responsibilities for each of {rowCount} rows, got {start.Length}; correct the shape");
        }

        (double[] rows, double[] center) = MixtureEstimate.Center(support, size);
        return Climb(rows, size, start, regularizer, BackgroundOf(center, regularizer), mostSteps) is { } solution ? Back(solution, center) : null;
    }

    /// <summary>How many components examples carry, at least one.</summary>
    internal static int Carried(int rows, int components) => Math.Min(components, Math.Max(1, rows / HeadKinds.ImagesPerComponent));

    /// <summary>The mean of the background, 0, among rows about a center; null without one.</summary>
    internal static double[]? BackgroundOf(double[] center, MixtureRegularizer regularizer) => regularizer.HasBackground ? [.. center.Select(value => -value)] : null;

    private static double[] Unsorted(double[] sorted, int[] order)
    {
        int width = sorted.Length / order.Length;
        double[] values = new double[sorted.Length];
        for (int at = 0; at < order.Length; at++)
        {
            sorted.AsSpan(at * width, width).CopyTo(values.AsSpan(order[at] * width));
        }

        return values;
    }

    private static MixtureSolution Back(MixtureSolution solution, double[] center)
    {
        GaussianMixture mixture = solution.Mixture;
        double[] means = mixture.Means.ToArray();
        for (int at = 0; at < means.Length; at++)
        {
            means[at] += center[at % center.Length];
        }

        return solution with { Mixture = new GaussianMixture(mixture.MixingWeights.ToArray(), means, mixture.Variances.ToArray()) };
    }

    private static void Check(ReadOnlySpan<double> support, int size, int components, MixtureRegularizer regularizer)
    {
        regularizer.Require();
        if (size < 1 || support.IsEmpty || support.Length % size != 0 || components < 1)
        {
            throw new Set2ModelException(
                $"support: expected whole rows of {size} values and at least 1 component, got {support.Length} values and {components}; correct the shape");
        }

        foreach (double value in support)
        {
            if (!(Math.Abs(value) <= LargestValue))
            {
                throw new Set2ModelException($"support: expected finite values of at most {LargestValue}, got {value}; normalize the descriptors");
            }
        }
    }

    /// <summary>Responsibilities under equal weights, given rows as means, and the variances of all rows.</summary>
    private static double[] Assign(double[] support, int size, int[] first, MixtureRegularizer regularizer, double[]? background)
    {
        int rows = support.Length / size;
        int components = first.Length + (background is null ? 0 : 1);
        double[] ones = new double[rows];
        Array.Fill(ones, 1);
        double[] variances = new MixtureEstimate(support, size, ones, 1, regularizer, background: null).Variances;
        double[] weights = new double[components];
        Array.Fill(weights, 1.0 / components);
        double[] means = [.. first.SelectMany(row => support[(row * size)..((row + 1) * size)]), .. background ?? []];
        double[] broad = background is null ? [] : [.. background.Select(_ => 1.0 / size)];
        double[] responsibilities = new double[rows * components];
        MixtureEstimate.Expect(new GaussianMixture(weights, means, [.. first.SelectMany(_ => variances), .. broad]), support, responsibilities);
        return responsibilities;
    }

    private static MixtureSolution? Climb(double[] support, int size, double[] start, MixtureRegularizer regularizer, double[]? background, int mostSteps = MostSteps)
    {
        int components = start.Length / (support.Length / size);
        double[] responsibilities = start;
        int newtonSteps = 0;
        int attempt = FirstNewton;
        double before = double.PositiveInfinity;
        for (int step = 1; ; step++)
        {
            if (FixedPoint.At(support, size, responsibilities, components, regularizer, background) is not { } point)
            {
                return null;
            }

            bool isDone = components == 1 || point.Residual <= Exact || step == mostSteps;
            if (!isDone && step >= attempt && point.Residual <= NearEnough && point.Residual < before)
            {
                (point, int taken) = NewtonFinish.Run(point, Exact);
                newtonSteps += taken;
                attempt = step + Pause;

                // What Newton's method cannot improve any more is as exact as the numbers are.
                isDone = point.Residual <= Exact || (taken > 0 && point.Residual <= AsGoodAsExact);
            }

            if (isDone)
            {
                return Solved(point, start, step, newtonSteps);
            }

            before = point.Residual;
            responsibilities = point.Expected;
        }
    }

    private static MixtureSolution Solved(FixedPoint point, double[] start, int iterations, int newtonSteps) => new()
    {
        Mixture = point.Estimate.ToSignal(),
        Responsibilities = point.Estimate.Responsibilities,
        Counts = point.Estimate.Counts,
        Start = start,
        Status = point.Residual <= Tolerance ? FitStatus.Converged : FitStatus.IterationLimit,
        Requested = point.Estimate.Fitted,
        Iterations = iterations,
        NewtonSteps = newtonSteps,
        Residual = point.Residual,
        LowerBound = point.Bound,
        LogLikelihood = point.Bound - point.Estimate.LogPriors(),
        SmallestVariance = point.Estimate.Variances[..(point.Estimate.Fitted * point.Estimate.Size)].Min(),
    };
}
