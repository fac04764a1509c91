// Shapes: P images of the pool, D descriptor size.
using S2M.Data.Catalogs;
using S2M.Data.Sampling;
using S2M.Model.Embedding;
using S2M.Model.ImplicitDifferentiation;
using S2M.Model.Losses;
using S2M.Model.Mixture;
using S2M.Numerics.Mixtures;
using S2M.Numerics.Randomness;
using S2M.Specification;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model.Tests.Mixture;

/// <summary>What a job says about its head is what is done: for each kind the same bits as the parts give that it names.</summary>
public sealed class ConceptHeadTests
{
    private const int Size = 6;
    private const int Images = 40;

    // As many shots as four components need.
    private static readonly int[] Support = [.. Enumerable.Range(0, 12)];

    private static readonly EpisodeGroup Group = new(
        [
            new Concept(new ConceptId(0, 0), Support, [30, 31]),
            new Concept(new ConceptId(1, 0), [.. Enumerable.Range(12, 12)], [32, 33]),
        ],
        [34, 35]);

    [Theory]
    [InlineData(HeadKind.NearestMean, ScoringHead.NearestMean)]
    [InlineData(HeadKind.Gauss, ScoringHead.OneComponent)]
    [InlineData(HeadKind.Gmm2, ScoringHead.TwoComponents)]
    [InlineData(HeadKind.Gmm3, ScoringHead.ThreeComponents)]
    [InlineData(HeadKind.Gmm4, ScoringHead.FourComponents)]
    [InlineData(HeadKind.AdaGmm, ScoringHead.ChosenComponents)]
    public void Fit_HeadOfTheJob_IsTheOneOfItsName(HeadKind kind, ScoringHead named)
    {
        JobSpecification job = Job(kind);

        GaussianMixture own = Fit(job, ScoringHead.Job);

        ShouldBeSame(own, Fit(job, named));

        // No other number of components gives the same.
        Enum.GetValues<ScoringHead>().Count(other => other is not (ScoringHead.Job or ScoringHead.ChosenComponents) && IsSame(own, Fit(job, other))).ShouldBe(1);
    }

    [Theory]
    [InlineData(HeadKind.NearestMean)]
    [InlineData(HeadKind.Gauss)]
    [InlineData(HeadKind.Gmm3)]
    [InlineData(HeadKind.AdaGmm)]
    public void Fit_AnyHeadOfAnyJob_IsTheFitWithItsComponents(HeadKind kind)
    {
        JobSpecification job = Job(kind);
        var scalars = new HeadParameters(job);
        float[] values = Values(scalars);
        double offset = scalars.VarianceOffset(values, Support.Length);
        MixtureRegularizer regularizer = scalars.Regularizer(values, Support.Length);
        double[] rows = Pool()[..(Support.Length * Size)];

        ShouldBeSame(Fit(job, ScoringHead.NearestMean), GaussianFit.Fit(Pool(), Size, Support, null));
        ShouldBeSame(
            Fit(job, ScoringHead.OneComponent),
            kind.IsMixture() ? MixtureFit.Fit(rows, Size, 1, regularizer, MixtureStart.Searched()).Mixture : GaussianFit.Fit(Pool(), Size, Support, offset));
        for (int components = 2; components <= HeadKinds.Most; components++)
        {
            GaussianMixture got = Fit(job, ScoringHead.OneComponent + components - 1);
            got.Components.ShouldBe(components);
            ShouldBeSame(got, MixtureFit.Fit(rows, Size, components, regularizer, MixtureStart.Searched()).Mixture);
        }

        MixtureRegularizer predictive = regularizer with { VarianceOffset = scalars.PredictiveOffset(values, Support.Length) };
        int chosen = ComponentSelection.Choose(rows, Size, HeadKinds.Most, predictive, MixtureStart.Searched(), job.Network.KBy).Solution.Mixture.Components;
        ShouldBeSame(Fit(job, ScoringHead.ChosenComponents), MixtureFit.Fit(rows, Size, chosen, regularizer, MixtureStart.Searched()).Mixture);
    }

    [Theory]
    [InlineData(HeadKind.NearestMean)]
    [InlineData(HeadKind.Gauss)]
    public void AddGradients_ClosedForms_AreTheirs(HeadKind kind)
    {
        JobSpecification job = Job(kind);
        var scalars = new HeadParameters(job);
        float[] values = Values(scalars);
        (GroupGradient got, double[] gradient) = Gradient(job, values, Address(3));

        using DisposeScope scope = NewDisposeScope();
        Tensor pool_PD = torch.tensor(Pool(), [Images, Size], ScalarType.Float64);
        Tensor expected_PD = zeros_like(pool_PD);
        double? offset = kind == HeadKind.NearestMean ? null : scalars.VarianceOffset(values, Group.Shots);
        GroupGradient expected = Set2ModelHead.AddGradient(pool_PD, Group, offset, GroupLosses.Create(job.Loss), scalars.Temperature(values), expected_PD);

        got.ShouldBe(expected);
        got.Queries.ShouldBe(4, "distractors have no concept");
        got.Fits.ShouldBe(new FitTally());
        gradient.ShouldBe(TensorMemory.Elements<double>(expected_PD).ToArray());
    }

    [Theory]
    [InlineData(HeadKind.Gmm2, AdjointKind.Implicit, StartKind.KMeans, EpisodePhase.Training)]
    [InlineData(HeadKind.Gmm2, AdjointKind.Implicit, StartKind.KMeans, EpisodePhase.Validation)]
    [InlineData(HeadKind.Gmm2, AdjointKind.Unrolled, StartKind.FarthestFirst, EpisodePhase.Training)]
    [InlineData(HeadKind.Gmm4, AdjointKind.Implicit, StartKind.FarthestFirst, EpisodePhase.Training)]
    [InlineData(HeadKind.AdaGmm, AdjointKind.Implicit, StartKind.KMeans, EpisodePhase.Training)]
    [InlineData(HeadKind.AdaGmm, AdjointKind.Implicit, StartKind.FarthestFirst, EpisodePhase.Test)]
    public void AddGradients_Mixtures_AreThoseOfTheJobsSettings(HeadKind kind, AdjointKind adjoint, StartKind start, EpisodePhase phase)
    {
        JobSpecification job = Job(kind);
        job = job with { Network = job.Network with { Adjoint = adjoint, Start = start } };
        var scalars = new HeadParameters(job);
        float[] values = Values(scalars);
        EpisodeAddress address = Address(3) with { Phase = phase };
        (GroupGradient got, double[] gradient) = Gradient(job, values, address);

        var random = new PhiloxRandom(address.Seed, RandomPurpose.MixtureStart + ((uint)phase << 8), (uint)address.Step, (uint)address.Index);
        MixtureStart[] starts = [.. Group.Concepts.Select(_ => start == StartKind.KMeans ? MixtureStart.Seeded(random.NextUInt64()) : MixtureStart.Searched(1))];
        MixtureRegularizer regularizer = scalars.Regularizer(values, Group.Shots);
        bool isChosen = kind == HeadKind.AdaGmm;
        var settings = new MixtureHeadSettings(
            kind.MostComponents(),
            isChosen ? job.Network.KBy : null,
            regularizer,
            isChosen ? regularizer with { VarianceOffset = scalars.PredictiveOffset(values, Group.Shots) } : regularizer,
            isChosen,
            adjoint == AdjointKind.Implicit ? new ImplicitAdjoint() : new UnrolledAdjoint(400),
            ChecksGradient: false);
        double[] expectedGradient = new double[Images * Size];
        GroupGradient expected = MixtureHead.AddGradient(Pool(), Size, Group, settings, starts, GroupLosses.Create(job.Loss), scalars.Temperature(values), expectedGradient);

        got.ShouldBe(expected);
        gradient.ShouldBe(expectedGradient);
        (got.LogPredictiveGradient != 0).ShouldBe(isChosen);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 5, 2)]
    [InlineData(4, 0, 2)]
    [InlineData(4, 3, 0)]
    [InlineData(4, 8, 2)]
    public void AddGradients_GradientCheck_ComparesEverySoManySteps(int every, int step, int checks)
    {
        JobSpecification job = Job(HeadKind.Gmm2);
        job = job with { Training = job.Training with { GradientCheck = every } };

        (GroupGradient got, _) = Gradient(job, Values(new HeadParameters(job)), Address(step));

        (got.Fits.Checks, got.Fits.FailedChecks).ShouldBe((checks, 0));
    }

    // Learned values may leave their range before the loss does: the episode counts as not finite, and nothing is added.
    [Theory]
    [InlineData("head.log_variance_offset")]
    [InlineData("head.log_predictive_offset")]
    public void AddGradients_ScalarsThatNoFitCanUse_LeaveTheEpisodeOut(string scalar)
    {
        JobSpecification job = Job(HeadKind.AdaGmm);
        job = job with { Network = job.Network with { Regularizer = RegularizerKind.Additive } };
        var scalars = new HeadParameters(job);
        float[] values = Values(scalars);
        for (int at = 0; at < values.Length; at++)
        {
            values[at] = scalars.Entries[at].Name.StartsWith(scalar, StringComparison.Ordinal) ? -100 : values[at];
        }

        (GroupGradient got, double[] gradient) = Gradient(job, values, Address(3));

        got.Loss.ShouldBe(double.NaN);
        (got.Hits, got.Queries, got.LogOffsetGradient, got.LogTemperatureGradient, got.FlatHistograms, got.Fits.Fits).ShouldBe((0, 0, 0, 0, 0, 0));
        gradient.ShouldAllBe(static value => value == 0);
    }

    private static JobSpecification Job(HeadKind kind)
    {
        JobSpecification small = TestJobs.Small(kind);
        return small with { Episode = small.Episode with { Groups = [new(new(0, Support.Length), new(12, 14))] } };
    }

    private static EpisodeAddress Address(int step) => new(41, EpisodePhase.Training, step, 2);

    // Not at their starts, so that one scalar is not another.
    private static float[] Values(HeadParameters scalars)
    {
        float[] values = new float[scalars.Entries.Count];
        scalars.Initialize(values);
        return [.. values.Select(static (value, at) => value + (0.1f * (at + 1)))];
    }

    // Three clusters of rows of unit length.
    private static double[] Pool()
    {
        var random = new PhiloxRandom(29, RandomPurpose.Initialization);
        double[] values = [.. Enumerable.Range(0, Images * Size).Select(at => (at % Size == at / Size % 3 ? 1 : 0) + (0.25 * random.NextNormal()))];
        return [.. values.Chunk(Size).SelectMany(static row => row.Select(value => value / Math.Sqrt(row.Sum(static other => other * other))))];
    }

    private static GaussianMixture Fit(JobSpecification job, ScoringHead head)
    {
        var concept = new ConceptHead(job);
        return concept.Fit(Pool(), Size, Support, head, Values(concept.Scalars));
    }

    private static (GroupGradient Gradient, double[] Pool) Gradient(JobSpecification job, float[] values, EpisodeAddress address)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable _ = no_grad();
        Tensor pool_PD = torch.tensor(Pool(), [Images, Size], ScalarType.Float64);
        Tensor gradient_PD = zeros_like(pool_PD);
        GroupGradient gradient = new ConceptHead(job).AddGradients(pool_PD, new Episode(address, [], [Group]), values, gradient_PD).Single();
        return (gradient, TensorMemory.Elements<double>(gradient_PD).ToArray());
    }

    private static bool IsSame(GaussianMixture left, GaussianMixture right)
        => left.MixingWeights.SequenceEqual(right.MixingWeights) && left.Means.SequenceEqual(right.Means) && left.Variances.SequenceEqual(right.Variances);

    private static void ShouldBeSame(GaussianMixture got, GaussianMixture expected) => IsSame(got, expected).ShouldBeTrue($"{got.Components} and {expected.Components} components");
}
