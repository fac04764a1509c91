using S2M.Model.Mixture;
using S2M.Specification;

namespace S2M.Model.Tests.Mixture;

public sealed class HeadParametersTests
{
    private static readonly JobSpecification Job = TestJobs.Small() with
    {
        Network = new NetworkSpecification { VarianceOffset = 0.03 },
        Loss = new LossSpecification { Kind = LossKind.NWay, Temperature = 2.5 },
        Episode = new EpisodeSpecification { Groups = [new(new(0, 4), new(5, 9)), new(new(0, 0), new(5, 9)), new(new(5, 9), new(0, 4))] },
    };

    [Fact]
    public void Entries_LearnedOffsets_OneForEachShotCountThenTheTemperature()
        => new HeadParameters(Job).Entries.Select(entry => entry.Name)
            .ShouldBe(["head.log_variance_offset.shots_1", "head.log_variance_offset.shots_5", "loss.log_temperature"]);

    [Fact]
    public void Initialize_Always_StartsAtTheJobsValues()
    {
        var head = new HeadParameters(Job);
        float[] scalars = new float[3];

        head.Initialize(scalars);

        head.VarianceOffset(scalars, 1).ShouldBe(0.03, 1e-8);
        head.VarianceOffset(scalars, 5).ShouldBe(0.03, 1e-8);
        head.Temperature(scalars).ShouldBe(2.5, 1e-6);
    }

    // Of two equally near shot counts the larger answers: 3 lies between 1 and 5.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 5)]
    [InlineData(4, 5)]
    [InlineData(5, 5)]
    [InlineData(20, 5)]
    public void VarianceOffset_AnyShots_IsThatOfTheNearestTrainedCount(int shots, int trained)
    {
        var head = new HeadParameters(Job);
        float[] scalars = [MathF.Log(0.25f), MathF.Log(0.5f), 0];
        double[] gradient = new double[3];

        head.VarianceOffset(scalars, shots).ShouldBe(trained == 1 ? 0.25 : 0.5, 1e-6);
        head.AddGradient(gradient, shots, 7, 0, 0, 3);
        gradient.ShouldBe([trained == 1 ? 7 : 0, trained == 5 ? 7 : 0, 3]);
    }

    [Fact]
    public void Entries_NothingLearned_AreNoneAndTheStartsStay()
    {
        var head = new HeadParameters(Job with { Network = Job.Network with { LearnVarianceOffset = false }, Loss = new LossSpecification { Kind = LossKind.Histogram } });

        head.Entries.ShouldBeEmpty();
        head.VarianceOffset([], 3).ShouldBe(0.03);
        head.Temperature([]).ShouldBe(1);
    }

    [Fact]
    public void Entries_Mixture_LearnsItsPriorAndThePredictiveOffset()
    {
        var head = new HeadParameters(Of(new NetworkSpecification { Head = HeadKind.AdaGmm, LearnPriorVariance = true }));

        head.Entries.Select(entry => entry.Name).ShouldBe(
        [
            "head.log_variance_offset.shots_1", "head.log_variance_offset.shots_5", "head.log_predictive_offset.shots_1", "head.log_predictive_offset.shots_5",
            "head.log_prior_variance", "loss.log_temperature",
        ]);
        head.Entries.ShouldAllBe(entry => entry.LearningRateScale == 10 && entry.WeightDecayScale == 0 && entry.Count == 1);
        head.LearnsPredictiveOffset.ShouldBeTrue();
    }

    [Theory]
    [InlineData(HeadKind.Gmm2, RegularizerKind.Map, false, false)]
    [InlineData(HeadKind.Gmm2, RegularizerKind.Additive, true, false)]
    [InlineData(HeadKind.NearestMean, RegularizerKind.Map, true, true)]
    public void Entries_NoPriorLearned_AreWithoutIt(HeadKind kind, RegularizerKind regularizer, bool learnsPrior, bool learnsPredictive) =>
        new HeadParameters(Of(new NetworkSpecification { Head = kind, Regularizer = regularizer, LearnPriorVariance = learnsPrior, LearnPredictiveOffset = learnsPredictive }))
            .Entries.ShouldAllBe(entry => entry.Name.Contains("variance_offset") || entry.Name == "loss.log_temperature");

    [Fact]
    public void Regularizer_Learned_IsThatOfTheScalars()
    {
        var head = new HeadParameters(Of(new NetworkSpecification { Head = HeadKind.AdaGmm, LearnPriorVariance = true, PriorStrength = 2, WeightPrior = 3 }));
        float[] scalars = [MathF.Log(0.25f), MathF.Log(0.5f), MathF.Log(0.75f), MathF.Log(1.5f), MathF.Log(0.125f), 0];

        MixtureRegularizer regularizer = head.Regularizer(scalars, 5);

        regularizer.VarianceOffset.ShouldBe(0.5, 1e-6);
        regularizer.PriorVariance.ShouldBe(0.125, 1e-6);
        (regularizer.PriorStrength, regularizer.WeightPrior).ShouldBe((2, 3));
        head.PredictiveOffset(scalars, 5).ShouldBe(1.5, 1e-6);
        head.PredictiveOffset(scalars, 1).ShouldBe(0.75, 1e-6);
    }

    [Fact]
    public void Regularizer_NothingLearned_IsTheStart()
    {
        var head = new HeadParameters(Of(new NetworkSpecification { Head = HeadKind.Gmm2, LearnVarianceOffset = false, PriorVariance = 0.04, VarianceOffset = 0.02 }));

        head.Regularizer([0], 5).ShouldBe(new MixtureRegularizer(0.02, 1, 0.04, 1));
        head.PredictiveOffset([0], 5).ShouldBe(0.02);
    }

    [Fact]
    public void Regularizer_Additive_IsTheOffsetAlone()
    {
        var head = new HeadParameters(Job with { Network = new NetworkSpecification { VarianceOffset = 0.03, LearnVarianceOffset = false } });

        head.Regularizer([0], 5).ShouldBe(new MixtureRegularizer(0.03));
    }

    [Fact]
    public void AddGradient_Mixture_GoesToItsEntries()
    {
        var head = new HeadParameters(Of(new NetworkSpecification { Head = HeadKind.AdaGmm, LearnPriorVariance = true }));
        double[] gradient = new double[6];

        head.AddGradient(gradient, 1, 1, 2, 3, 4);
        head.AddGradient(gradient, 5, 10, 20, 30, 40);

        gradient.ShouldBe([1, 10, 2, 20, 33, 44]);
    }

    [Fact]
    public void Initialize_Mixture_StartsAtTheJobsValues()
    {
        var head = new HeadParameters(Of(new NetworkSpecification { Head = HeadKind.AdaGmm, LearnPriorVariance = true, VarianceOffset = 0.03, PriorVariance = 0.07 }));
        float[] scalars = new float[6];

        head.Initialize(scalars);

        head.Regularizer(scalars, 1).VarianceOffset.ShouldBe(0.03, 1e-8);
        head.Regularizer(scalars, 1).PriorVariance.ShouldBe(0.07, 1e-8);
        head.PredictiveOffset(scalars, 1).ShouldBe(0.03, 1e-8);
        head.Temperature(scalars).ShouldBe(2.5, 1e-6);
    }

    private static JobSpecification Of(NetworkSpecification network) => Job with { Network = network };
}
