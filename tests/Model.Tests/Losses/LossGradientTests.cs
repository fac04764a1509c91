using CsCheck;
using S2M.Model.Losses;

namespace S2M.Model.Tests.Losses;

public sealed class LossGradientTests
{
    private const double GradientTolerance = 1e-5;
    private const double SumTolerance = 1e-11;
    private const double Step = 1e-6;

    // One-sided differences of a smooth function differ by about Step; those at a kink by a share of the gradient itself.
    private const double KinkShare = 1e-4;
    private const int Concepts = 3;
    private const int Queries = 8;

    // Evenly spread: the generator's own range favors round numbers, which tie and lie on nodes.
    private static readonly Gen<double[]> Scores = Gen.Double.Unit.Select(unit => (10 * unit) - 5).Array[Concepts * Queries];
    private static readonly int[] Owners = [0, 0, 1, 1, 2, 2, -1, -1];

    public static TheoryData<string, GroupLoss, double> Losses => new()
    {
        { "n-way", new NWayLoss(), 1 },
        { "slides", new LinearHistogramLoss(16, midpoint: false), 1 },
        { "midpoint", new LinearHistogramLoss(16, midpoint: true), 1 },
        { "published", new PublishedHistogramLoss(16), 5e-5 },
    };

    [Theory]
    [MemberData(nameof(Losses))]
    public void Evaluate_RandomScores_GradientEqualsFiniteDifferences(string name, GroupLoss loss, double scale)
    {
        Scores.Sample(
            scores =>
            {
                double[] gradient = new double[scores.Length];
                loss.Evaluate(new GroupScores(scores, Concepts, Owners), 0.7, gradient);
                double length = Math.Max(Math.Sqrt(gradient.Sum(value => value * value)), 0.2 * scale);
                (double error, int smooth) = (0, 0);
                for (int cell = 0; cell < scores.Length; cell++)
                {
                    (double left, double right) = OneSided(loss, scores, Owners, cell);

                    // At a kink (a value on a node, an end of the range) the two sides differ and neither is wrong.
                    if (Math.Abs(left - right) < KinkShare * length)
                    {
                        double away = gradient[cell] - ((left + right) / 2);
                        error += away * away;
                        smooth++;
                    }
                }

                // Relative to the gradient's length, but not to that of rounding where scores lie apart and cost nothing.
                Math.Sqrt(error).ShouldBeLessThan(GradientTolerance * length, name);
                smooth.ShouldBeGreaterThan(scores.Length * 3 / 4, name);
            },
            iter: 40,
            seed: "0000KOIPe3AS");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Evaluate_RandomScores_GradientOfInvariantLossIsBlindToShiftAndScale(bool midpoint)
    {
        var loss = new LinearHistogramLoss(16, midpoint);
        loss.IsAffineInvariant.ShouldBeTrue();
        Scores.Sample(
            scores =>
            {
                double[] gradient = new double[scores.Length];
                loss.Evaluate(new GroupScores(scores, Concepts, Owners), 1, gradient);
                for (int concept = 0; concept < Concepts; concept++)
                {
                    double[] slopes = gradient[(concept * Queries)..((concept + 1) * Queries)];
                    slopes.Sum().ShouldBe(0, SumTolerance);
                    slopes.Zip(scores.Skip(concept * Queries), (slope, score) => slope * score).Sum().ShouldBe(0, SumTolerance);
                }
            },
            iter: 100);
    }

    [Fact]
    public void Evaluate_RandomScores_GradientOfPublishedLossIsBlindToShift()
    {
        var loss = new PublishedHistogramLoss(16);
        Scores.Sample(
            scores =>
            {
                double[] gradient = new double[scores.Length];
                loss.Evaluate(new GroupScores(scores, Concepts, Owners), 1, gradient);
                double norm = Math.Sqrt(gradient.Sum(value => value * value));
                for (int concept = 0; concept < Concepts; concept++)
                {
                    gradient[(concept * Queries)..((concept + 1) * Queries)].Sum().ShouldBe(0, SumTolerance * norm);
                }
            },
            iter: 100);
    }

    [Fact]
    public void Evaluate_RandomScores_GradientOfNWayLossSumsToZeroOverConcepts()
    {
        var loss = new NWayLoss();
        Scores.Sample(
            scores =>
            {
                double[] gradient = new double[scores.Length];
                loss.Evaluate(new GroupScores(scores, Concepts, Owners), 1, gradient);
                for (int query = 0; query < Queries; query++)
                {
                    Enumerable.Range(0, Concepts).Sum(concept => gradient[(concept * Queries) + query]).ShouldBe(0, SumTolerance);
                }
            },
            iter: 100);
    }

    [Fact]
    public void Evaluate_NWayTemperature_GradientEqualsFiniteDifferences()
    {
        double[] scores = [.. Enumerable.Range(0, 12).Select(i => Math.Sin(i * 1.7) * 3)];
        int[] owners = [0, 1, 2, -1];
        var loss = new NWayLoss();
        double[] ignored = new double[12];
        double expected = (loss.Evaluate(new GroupScores(scores, 3, owners), Math.Exp(0.3 + Step), ignored).Loss
            - loss.Evaluate(new GroupScores(scores, 3, owners), Math.Exp(0.3 - Step), ignored).Loss) / (2 * Step);

        LossValue value = loss.Evaluate(new GroupScores(scores, 3, owners), Math.Exp(0.3), ignored);

        value.LogTemperatureGradient.ShouldBe(expected, GradientTolerance * Math.Abs(expected));
    }

    [Fact]
    public void Evaluate_MidpointWithSwappedRoles_LossesAddToOne()
    {
        double[] scores = [.. Enumerable.Range(0, 10).Select(i => Math.Cos(i * 2.3))];
        int[] owners = [0, 0, 0, 0, -1, -1, -1, -1, -1, -1];
        int[] swapped = [.. owners.Select(owner => owner == 0 ? -1 : 0)];
        var loss = new LinearHistogramLoss(20, midpoint: true);
        double[] ignored = new double[10];

        double sum = loss.Evaluate(new GroupScores(scores, 1, owners), 1, ignored).Loss + loss.Evaluate(new GroupScores(scores, 1, swapped), 1, ignored).Loss;

        sum.ShouldBe(1, SumTolerance);
    }

    [Theory]
    [InlineData(false, 0.0)]
    [InlineData(true, 0.0)]
    public void Evaluate_SeparatedScores_LossIsZero(bool midpoint, double expected)
    {
        double[] scores = [5, 4.9, 0, 0.1, 0.2];
        double[] ignored = new double[5];

        LossValue value = new LinearHistogramLoss(50, midpoint).Evaluate(new GroupScores(scores, 1, [0, 0, -1, -1, -1]), 1, ignored);

        value.Loss.ShouldBe(expected, SumTolerance);
    }

    [Fact]
    public void Evaluate_AllScoresAlike_HalfWithoutGradientAndCounted()
    {
        double[] gradient = [1, 1, 1, 1];

        LossValue value = new LinearHistogramLoss(50, midpoint: false).Evaluate(new GroupScores([2, 2, 2, 2], 1, [0, 0, -1, -1]), 1, gradient);

        value.Loss.ShouldBe(0.5);
        value.FlatHistograms.ShouldBe(1);
        gradient.ShouldAllBe(cotangent => cotangent == 0);
    }

    [Fact]
    public void Evaluate_TiesAtBothEnds_GradientSharedEqually()
    {
        double[] scores = [3, 3, -1, -1, 0.2, 1.1];
        double[] gradient = new double[6];

        new LinearHistogramLoss(8, midpoint: false).Evaluate(new GroupScores(scores, 1, [0, -1, 0, -1, 0, -1]), 1, gradient);

        gradient.Sum().ShouldBe(0, SumTolerance);
        gradient.Zip(scores, (cotangent, score) => cotangent * score).Sum().ShouldBe(0, SumTolerance);
    }

    private static (double Left, double Right) OneSided(GroupLoss loss, double[] scores, int[] owners, int cell)
    {
        double[] ignored = new double[scores.Length];
        double At(double change)
        {
            double[] moved = [.. scores];
            moved[cell] += change;
            return loss.Evaluate(new GroupScores(moved, Concepts, owners), 0.7, ignored).Loss;
        }

        double here = At(0);
        return ((here - At(-Step)) / Step, (At(Step) - here) / Step);
    }
}
