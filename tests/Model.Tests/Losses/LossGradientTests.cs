using CsCheck;
using S2M.Model.Losses;

namespace S2M.Model.Tests.Losses;

public sealed class LossGradientTests
{
    private const double GradientTolerance = 1e-6;
    private const double SumTolerance = 1e-11;
    private const double Step = 1e-6;

    public static TheoryData<string, GroupLoss> Losses => new()
    {
        { "n-way", new NWayLoss() },
        { "slides", new LinearHistogramLoss(16, midpoint: false) },
        { "midpoint", new LinearHistogramLoss(16, midpoint: true) },
        { "published", new PublishedHistogramLoss(16) },
    };

    [Theory]
    [MemberData(nameof(Losses))]
    public void Evaluate_RandomScores_GradientEqualsFiniteDifferences(string name, GroupLoss loss)
    {
        Gen.Double[-5, 5].Array[3 * 8].Sample(
            scores =>
            {
                int[] owners = [0, 0, 1, 1, 2, 2, -1, -1];
                double[] gradient = new double[scores.Length];
                loss.Evaluate(new GroupScores(scores, 3, owners), 0.7, gradient);
                for (int cell = 0; cell < scores.Length; cell++)
                {
                    (double left, double right) = OneSided(loss, scores, owners, cell);

                    // At a kink (a value on a node, an end of the range) the two sides differ and neither is wrong.
                    if (Math.Abs(left - right) < 1e-4)
                    {
                        gradient[cell].ShouldBe((left + right) / 2, GradientTolerance * 50, $"{name}, cell {cell}");
                    }
                }
            },
            iter: 40,
            seed: "0000KOIPe3AS");
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Evaluate_RandomScores_GradientOfInvariantLossSumsToZero(string name, GroupLoss loss)
    {
        Gen.Double[-5, 5].Array[3 * 8].Sample(
            scores =>
            {
                double[] gradient = new double[scores.Length];
                loss.Evaluate(new GroupScores(scores, 3, [0, 0, 1, 1, 2, 2, -1, -1]), 1, gradient);
                if (!loss.IsAffineInvariant)
                {
                    return;
                }

                for (int concept = 0; concept < 3; concept++)
                {
                    double sum = 0;
                    double moment = 0;
                    for (int query = 0; query < 8; query++)
                    {
                        sum += gradient[(concept * 8) + query];
                        moment += gradient[(concept * 8) + query] * scores[(concept * 8) + query];
                    }

                    sum.ShouldBe(0, SumTolerance, name);
                    moment.ShouldBe(0, SumTolerance, name);
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

        value.LogTemperatureGradient.ShouldBe(expected, GradientTolerance);
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
            return loss.Evaluate(new GroupScores(moved, 3, owners), 0.7, ignored).Loss;
        }

        double here = At(0);
        return ((here - At(-Step)) / Step, (At(Step) - here) / Step);
    }
}
