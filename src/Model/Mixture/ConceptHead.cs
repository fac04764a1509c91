// Shapes: P images of the pool, D descriptor size.
using S2M.Data.Sampling;
using S2M.Model.Embedding;
using S2M.Model.ImplicitDifferentiation;
using S2M.Model.Losses;
using S2M.Numerics.Mixtures;
using S2M.Numerics.Randomness;
using S2M.Specification;
using static TorchSharp.torch;

namespace S2M.Model.Mixture;

/// <summary>The head of a job: from the descriptors of a group to its loss and gradient, and from a support set to its concept.</summary>
internal sealed class ConceptHead
{
    // As many steps as a fit may take, and some for what Newton's method did at once.
    private const int UnrolledSteps = 400;

    private readonly NetworkSpecification _network;
    private readonly GroupLoss _loss;
    private readonly IFitAdjoint _adjoint;
    private readonly int _gradientCheck;

    /// <summary>Makes the head.</summary>
    /// <param name="specification">The job.</param>
    /// <exception cref="Set2ModelException">The loss does not exist.</exception>
    internal ConceptHead(JobSpecification specification)
    {
        _network = specification.Network;
        _gradientCheck = specification.Training.GradientCheck;
        _loss = GroupLosses.Create(specification.Loss);
        _adjoint = _network.Adjoint == AdjointKind.Implicit ? new ImplicitAdjoint() : new UnrolledAdjoint(UnrolledSteps);
        Scalars = new HeadParameters(specification);
    }

    /// <summary>The learned scalars.</summary>
    internal HeadParameters Scalars { get; }

    /// <summary>Adds the gradient of every group of an episode to the pool's.</summary>
    /// <param name="pool_PD">Normalised descriptors, shape (P, D), float64.</param>
    /// <param name="episode">The episode.</param>
    /// <param name="scalars">Values of the learned scalars.</param>
    /// <param name="gradient_PD">dL/ddescriptors, shape (P, D), float64; added to.</param>
    /// <returns>What each group gave, in order.</returns>
    internal IEnumerable<GroupGradient> AddGradients(Tensor pool_PD, Episode episode, float[] scalars, Tensor gradient_PD)
    {
        EpisodeAddress address = episode.Address;
        var random = new PhiloxRandom(address.Seed, RandomPurpose.MixtureStart + ((uint)address.Phase << 8), (uint)address.Step, (uint)address.Index);
        foreach (EpisodeGroup group in episode.Groups)
        {
            double temperature = Scalars.Temperature(scalars);
            if (!_network.Head.IsMixture())
            {
                double? offset = _network.Head == HeadKind.NearestMean ? null : Scalars.VarianceOffset(scalars, group.Shots);
                yield return Set2ModelHead.AddGradient(pool_PD, group, offset, _loss, temperature, gradient_PD);
                continue;
            }

            MixtureHeadSettings settings = Settings(scalars, group.Shots, _network.Head.MostComponents(), _network.Head.ChoosesComponents());
            settings = settings with { ChecksGradient = IsChecked(address) };
            if (!settings.Regularizer.IsUsable || !settings.Predictive.IsUsable)
            {
                // As with one Gaussian: an episode that is not finite is left out.
                yield return new GroupGradient(double.NaN, 0, 0, 0, 0, 0);
                continue;
            }

            MixtureStart[] starts = [.. group.Concepts.Select(_ => _network.Start == StartKind.KMeans ? MixtureStart.Seeded(random.NextUInt64()) : MixtureStart.Searched(1))];
            yield return MixtureHead.AddGradient(
                TensorMemory.Elements<double>(pool_PD),
                (int)pool_PD.shape[1],
                group,
                settings,
                starts,
                _loss,
                temperature,
                TensorMemory.Elements<double>(gradient_PD));
        }
    }

    /// <summary>Fits a concept, as evaluation does.</summary>
    /// <param name="pool">Normalised descriptors, row by row, float64.</param>
    /// <param name="size">D.</param>
    /// <param name="support">Rows of the support set, at least one.</param>
    /// <param name="head">Which head.</param>
    /// <param name="scalars">Values of the learned scalars.</param>
    internal GaussianMixture Fit(ReadOnlySpan<double> pool, int size, IReadOnlyList<int> support, ScoringHead head, float[] scalars)
    {
        if (head == ScoringHead.Job)
        {
            head = OwnHead();
        }

        // One Gaussian needs no iteration, and a job whose own head it is has these bits.
        if (head == ScoringHead.NearestMean || (head == ScoringHead.OneComponent && !_network.Head.IsMixture()))
        {
            return GaussianFit.Fit(pool, size, support, head == ScoringHead.NearestMean ? null : Scalars.VarianceOffset(scalars, support.Count));
        }

        double[] rows = MixtureHead.Gather(pool, size, support);
        bool isChosen = head == ScoringHead.ChosenComponents;
        int components = isChosen ? HeadKinds.Most : head - ScoringHead.OneComponent + 1;
        return Settings(scalars, support.Count, components, isChosen).Fit(rows, size, MixtureStart.Searched()).Scoring.Mixture;
    }

    private ScoringHead OwnHead() => _network.Head switch
    {
        HeadKind.NearestMean => ScoringHead.NearestMean,
        HeadKind.AdaGmm => ScoringHead.ChosenComponents,
        _ => ScoringHead.OneComponent + _network.Head.MostComponents() - 1,
    };

    private MixtureHeadSettings Settings(float[] scalars, int shots, int components, bool isChosen)
    {
        MixtureRegularizer regularizer = Scalars.Regularizer(scalars, shots);
        return new MixtureHeadSettings(
            components,
            isChosen ? _network.KBy : null,
            regularizer,
            isChosen ? regularizer with { VarianceOffset = Scalars.PredictiveOffset(scalars, shots) } : regularizer,
            isChosen && Scalars.LearnsPredictiveOffset,
            _adjoint,
            ChecksGradient: false);
    }

    private bool IsChecked(EpisodeAddress address) => _gradientCheck > 0 && address.Step % _gradientCheck == 0;
}
