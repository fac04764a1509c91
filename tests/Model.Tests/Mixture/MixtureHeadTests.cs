// Shapes: P images of the pool, C concepts, Q queries, D descriptor size.
using S2M.Data.Catalogs;
using S2M.Data.Sampling;
using S2M.Model.ImplicitDifferentiation;
using S2M.Model.Losses;
using S2M.Model.Mixture;
using S2M.Numerics.Randomness;
using S2M.Specification;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model.Tests.Mixture;

/// <summary>The whole of a group with mixtures: its loss by the equations written out, its gradients by differences of that loss, fits included.</summary>
public sealed class MixtureHeadTests
{
    private const int Size = 4;
    private const int Images = 40;
    private const int Bins = 4;
    private const double Temperature = 0.7;
    private const double Step = 1e-5;
    private const double DifferenceTolerance = 1e-6;

    private static readonly EpisodeGroup Group = new(
        [
            new Concept(new ConceptId(0, 0), [.. Enumerable.Range(0, 12)], [30, 31, 32]),
            new Concept(new ConceptId(1, 0), [.. Enumerable.Range(12, 9)], [33, 34]),
            new Concept(new ConceptId(2, 0), [.. Enumerable.Range(21, 7), 0, 1], [35, 36]),
        ],
        [37, 38]);

    private static readonly EpisodeGroup OneShot = new(
        [new Concept(new ConceptId(0, 0), [0], [30, 31]), new Concept(new ConceptId(1, 0), [1], [32, 33])], [34]);

    private static readonly MixtureRegularizer Additive = new(0.03);
    private static readonly MixtureRegularizer Map = new(0.02, 1, 0.05, 1);

    [Theory]
    [InlineData("additive", 2, false)]
    [InlineData("map", 2, true)]
    [InlineData("map", 3, false)]
    [InlineData("background", 2, false)]
    [InlineData("chosen", 4, true)]
    public void AddGradient_LossWithFits_EqualsEquationsAndDifferences(string kind, int components, bool histogram)
    {
        MixtureHeadSettings settings = Settings(kind, components);
        double[] pool = Pool();
        GroupLoss loss = histogram ? new LinearHistogramLoss(Bins, midpoint: true) : new NWayLoss();
        double[] gradient = [.. Enumerable.Repeat(1.0, pool.Length)];

        GroupGradient got = AddGradient(pool, Group, settings, loss, Temperature, gradient);

        got.Loss.ShouldBe(LossWrittenOut(pool, settings, histogram), 1e-10);
        double norm = Math.Sqrt(gradient.Sum(static value => (value - 1) * (value - 1)));
        double[] differences = [.. Enumerable.Range(0, pool.Length).Select(cell => Slope(step =>
        {
            double[] moved = [.. pool];
            moved[cell] += step;
            return Loss(moved, settings, Temperature);
        }))];
        Math.Sqrt(gradient.Zip(differences, static (value, difference) => (value - 1 - difference) * (value - 1 - difference)).Sum()).ShouldBeLessThan(DifferenceTolerance * norm);

        MixtureRegularizer regularizer = settings.Regularizer;
        got.LogOffsetGradient.ShouldBe(
            Slope(step => Loss(pool, Fixed(settings, regularizer with { VarianceOffset = regularizer.VarianceOffset * Math.Exp(step) }), Temperature)), DifferenceTolerance * norm);
        got.LogPriorVarianceGradient.ShouldBe(
            Slope(step => Loss(pool, Fixed(settings, regularizer with { PriorVariance = regularizer.PriorVariance * Math.Exp(step) }), Temperature)), DifferenceTolerance * norm);
        got.LogTemperatureGradient.ShouldBe(Slope(step => Loss(pool, settings, Temperature * Math.Exp(step))), DifferenceTolerance * norm);
        got.LogPredictiveGradient.ShouldBe(
            kind == "chosen" ? Slope(step => NegativeLogLikelihood(pool, settings.Predictive with { VarianceOffset = settings.Predictive.VarianceOffset * Math.Exp(step) })) : 0,
            DifferenceTolerance);
        (got.Queries, got.FlatHistograms, got.Fits.Fits).ShouldBe((7, 0, kind == "chosen" ? 6 : 3));
        (got.Fits.IterationLimits, got.Fits.Ridges, got.Fits.Checks).ShouldBe((0, 0, 0));

        double Loss(double[] moved, MixtureHeadSettings used, double temperature)
            => AddGradient(moved, Group, used, loss, temperature, new double[moved.Length]).Loss;
    }

    // One example: eps and s0 only scale and shift the scores.
    [Fact]
    public void AddGradient_OneExampleUnderInvariantLoss_RegularizersHaveNoGradient()
    {
        MixtureHeadSettings settings = Settings("map", 2);

        GroupGradient invariant = AddGradient(Pool(), OneShot, settings, new LinearHistogramLoss(Bins, midpoint: false), Temperature, new double[Images * Size]);
        GroupGradient other = AddGradient(Pool(), OneShot, settings, new NWayLoss(), Temperature, new double[Images * Size]);
        EpisodeGroup oneOfThem = OneShot with { Concepts = [OneShot.Concepts[0], OneShot.Concepts[1] with { Support = [1, 2] }] };
        GroupGradient several = AddGradient(Pool(), oneOfThem, settings, new LinearHistogramLoss(Bins, midpoint: false), Temperature, new double[Images * Size]);

        (invariant.LogOffsetGradient, invariant.LogPriorVarianceGradient).ShouldBe((0, 0));
        new[] { other.LogOffsetGradient, other.LogPriorVarianceGradient, several.LogOffsetGradient, several.LogPriorVarianceGradient }
            .ShouldAllBe(static value => Math.Abs(value) > 1e-6);
    }

    // Components under so wide an offset are one and the same; the weight between them is nobody's, and no score depends on it.
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    public void AddGradient_ComponentsThatFallTogether_IsTheGradientOfOneAndCountsTheRidges(double offset)
    {
        MixtureHeadSettings two = Settings("additive", 2) with { Regularizer = new(offset), Predictive = new(offset) };
        double[] gradient = new double[Images * Size];
        double[] expected = new double[Images * Size];

        GroupGradient got = AddGradient(Pool(), Group, two, new NWayLoss(), Temperature, gradient);

        GroupGradient one = AddGradient(Pool(), Group, two with { Components = 1 }, new NWayLoss(), Temperature, expected);
        got.Fits.Ridges.ShouldBe(3);
        double norm = Math.Sqrt(expected.Sum(static value => value * value));
        gradient.Zip(expected, static (left, right) => Math.Abs(left - right)).Max().ShouldBeLessThan(1e-12 * norm);
        got.Loss.ShouldBe(one.Loss, 1e-12);
        got.LogOffsetGradient.ShouldBe(one.LogOffsetGradient, DifferenceTolerance * norm);
    }

    // Too many ambiguous examples for Newton's method, too much in each other for the steps: queries have a gradient, examples none, and the job's metrics say so.
    [Fact]
    public void AddGradient_FitThatIsNotDone_OnlyQueriesHaveAGradient()
    {
        const int examples = 1100;
        var random = new PhiloxRandom(3, RandomPurpose.Initialization);
        double[] pool = [.. Enumerable.Range(0, examples + 4).Select(_ => random.NextNormal())];
        int[] support = [.. Enumerable.Range(0, examples)];
        var group = new EpisodeGroup(
            [new Concept(new ConceptId(0, 0), support, [examples]), new Concept(new ConceptId(1, 0), [.. support.Take(6)], [examples + 1])], [examples + 2]);
        double[] gradient = new double[pool.Length];
        MixtureHeadSettings settings = Settings("chosen", 2) with { Rule = null, ChecksGradient = true };

        GroupGradient got = MixtureHead.AddGradient(pool, 1, group, settings, [MixtureStart.Searched(1), MixtureStart.Searched(1)], new NWayLoss(), Temperature, gradient);

        GroupGradient second = MixtureHead.AddGradient(
            pool, 1, group with { Concepts = [group.Concepts[1]] }, settings, [MixtureStart.Searched(1)], new NWayLoss(), Temperature, new double[pool.Length]);
        (got.Fits.Fits, got.Fits.IterationLimits, got.Fits.Checks, got.Fits.FailedChecks).ShouldBe((2, 1, 1, 0));
        second.LogPredictiveGradient.ShouldNotBe(0);
        got.LogPredictiveGradient.ShouldBe(second.LogPredictiveGradient / 2);
        gradient[6..examples].ShouldAllBe(static value => value == 0);
        gradient[..6].ShouldAllBe(static value => value != 0);
        gradient[examples..(examples + 2)].ShouldAllBe(static value => value != 0);
    }

    [Fact]
    public void AddGradient_StartsOfOtherConcepts_AreRefused()
        => Should.Throw<Set2ModelException>(() => MixtureHead.AddGradient(
            Pool(), Size, Group, Settings("map", 2), [MixtureStart.Searched()], new NWayLoss(), Temperature, new double[Images * Size])).Message.ShouldContain("starts: expected one for each of 3");

    private static MixtureHeadSettings Settings(string kind, int components)
    {
        MixtureRegularizer regularizer = kind switch { "additive" => Additive, "background" => Map with { HasBackground = true }, _ => Map };
        bool isChosen = kind == "chosen";
        MixtureRegularizer predictive = isChosen ? regularizer with { VarianceOffset = 0.05 } : regularizer;
        return new MixtureHeadSettings(components, isChosen ? ComponentCriterion.Means : null, regularizer, predictive, isChosen, new ImplicitAdjoint(), ChecksGradient: false);
    }

    // The same regularizer where there is but one.
    private static MixtureHeadSettings Fixed(MixtureHeadSettings settings, MixtureRegularizer regularizer)
        => settings with { Regularizer = regularizer, Predictive = settings.LearnsPredictive ? settings.Predictive : regularizer };

    private static GroupGradient AddGradient(double[] pool, EpisodeGroup group, MixtureHeadSettings settings, GroupLoss loss, double temperature, double[] gradient)
        => MixtureHead.AddGradient(pool, Size, group, settings, [.. group.Concepts.Select(static _ => MixtureStart.Searched(1))], loss, temperature, gradient);

    // Fits are the tested ones; densities and loss are not.
    private static double LossWrittenOut(double[] pool, MixtureHeadSettings settings, bool histogram)
    {
        double[] queries = Rows(pool, [.. Group.Concepts.SelectMany(static concept => concept.Positives), .. Group.Distractors]);
        double[] scores = [.. Group.Concepts.SelectMany(concept => LogDensities(settings.Fit(Rows(pool, concept.Support), Size, MixtureStart.Searched(1)).Scoring, queries))];
        using DisposeScope scope = NewDisposeScope();
        Tensor scores_CQ = torch.tensor(scores, [Group.Concepts.Count, queries.Length / Size], ScalarType.Float64);
        return (histogram ? HeadOracle.Linear(Group, Bins, 0.5) : HeadOracle.NWay(Group))(scores_CQ, torch.tensor(Temperature, ScalarType.Float64)).item<double>();
    }

    private static double NegativeLogLikelihood(double[] pool, MixtureRegularizer predictive)
        => -Group.Concepts.Average(concept =>
        {
            double[] support = Rows(pool, concept.Support);
            MixtureSolution fit = ComponentSelection.Choose(support, Size, HeadKinds.Most, predictive, MixtureStart.Searched(1), ComponentCriterion.Means).Solution;
            return LogDensities(fit, Rows(pool, concept.Positives)).Average();
        });

    private static double[] LogDensities(MixtureSolution fit, double[] queries)
    {
        var plain = new PlainMixture(Size, fit.Mixture.Components, Additive);
        return plain.Expect([.. fit.Mixture.MixingWeights, .. fit.Mixture.Means, .. fit.Mixture.Variances], queries).LogDensities;
    }

    private static double[] Rows(double[] pool, IEnumerable<int> rows) => [.. rows.SelectMany(row => pool[(row * Size)..((row + 1) * Size)])];

    private static double Slope(Func<double, double> function) => (function(Step) - function(-Step)) / (2 * Step);

    // Clusters that are in each other a little, so that responsibilities move.
    private static double[] Pool()
    {
        var random = new PhiloxRandom(37, RandomPurpose.Initialization);
        return [.. Enumerable.Range(0, Images * Size).Select(at => (at % Size == at / Size % 3 ? 0.8 : 0) + (0.3 * random.NextNormal()))];
    }
}
