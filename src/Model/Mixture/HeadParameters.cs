using S2M.Numerics.Parameters;
using S2M.Numerics.Portable;
using S2M.Specification;

namespace S2M.Model.Mixture;

/// <summary>
/// The learned scalars of head and loss: log eps per shot count, for mixtures the log of a second, predictive eps per shot count and log s0, and log T. They are
/// named entries behind those of the embedding, with ten times the learning rate and without weight decay, which would draw their values to 1. What the job does
/// not learn stays at its start and has no entry.
/// </summary>
public sealed class HeadParameters
{
    private const float LearningRateScale = 10f;
    private const int Absent = -1;

    private readonly NetworkSpecification _network;
    private readonly int[] _shots;
    private readonly List<ParameterEntry> _entries = [];
    private readonly List<double> _starts = [];
    private readonly int _offset;
    private readonly int _predictiveOffset;
    private readonly int _priorVariance;
    private readonly int _temperature;

    /// <summary>Lays the scalars out.</summary>
    /// <param name="specification">The job.</param>
    public HeadParameters(JobSpecification specification)
    {
        _network = specification.Network;
        _shots = [.. specification.Episode.Groups.Select(group => group.Support.Count).Distinct().Order()];
        bool isMixture = _network.Head.IsMixture();
        _offset = Add(EachOf(ShotCounts.VarianceOffset), _network.VarianceOffset, _network.LearnVarianceOffset && _network.Head != HeadKind.NearestMean);
        _predictiveOffset = Add(EachOf("head.log_predictive_offset"), _network.VarianceOffset, _network.LearnPredictiveOffset && _network.Head.ChoosesComponents());
        _priorVariance = Add(["head.log_prior_variance"], _network.PriorVariance, _network.LearnPriorVariance && isMixture && _network.Regularizer == RegularizerKind.Map);
        _temperature = Add(["loss.log_temperature"], specification.Loss.Temperature, specification.Loss.Kind == LossKind.NWay);
    }

    /// <summary>The entries, in the order of the flat vector.</summary>
    public IReadOnlyList<ParameterEntry> Entries => _entries;

    /// <summary>Whether the job learns a predictive eps, whose gradient <see cref="AddGradient"/> then takes.</summary>
    public bool LearnsPredictiveOffset => _predictiveOffset != Absent;

    /// <summary>Writes the starts.</summary>
    /// <param name="scalars">Length of <see cref="Entries"/>.</param>
    public void Initialize(Span<float> scalars)
    {
        for (int i = 0; i < _starts.Count; i++)
        {
            scalars[i] = (float)PortableMath.Log(_starts[i]);
        }
    }

    /// <summary>eps for a support size: that of the nearest trained shot count, the larger of two equally near.</summary>
    /// <param name="scalars">Length of <see cref="Entries"/>.</param>
    /// <param name="shots">Support size, at least 1.</param>
    public double VarianceOffset(ReadOnlySpan<float> scalars, int shots)
        => _offset == Absent ? _network.VarianceOffset : PortableMath.Exp(scalars[_offset + ShotCounts.Nearest(_shots, shots)]);

    /// <summary>The eps of what needs densities rather than ranks (the number of components, noisy sets, calibration); that of ranking where the job learns no other.</summary>
    /// <inheritdoc cref="VarianceOffset"/>
    public double PredictiveOffset(ReadOnlySpan<float> scalars, int shots)
        => _predictiveOffset == Absent ? VarianceOffset(scalars, shots) : PortableMath.Exp(scalars[_predictiveOffset + ShotCounts.Nearest(_shots, shots)]);

    /// <summary>The regularizer of the fit for a support size.</summary>
    /// <inheritdoc cref="VarianceOffset"/>
    public MixtureRegularizer Regularizer(ReadOnlySpan<float> scalars, int shots)
    {
        double offset = VarianceOffset(scalars, shots);
        return _network.Regularizer == RegularizerKind.Additive
            ? new MixtureRegularizer(offset, HasBackground: _network.Background)
            : new MixtureRegularizer(offset, _network.PriorStrength, PriorVariance(scalars), _network.WeightPrior, _network.Background);
    }

    /// <summary>T of the n-way loss; 1 for losses without one.</summary>
    /// <param name="scalars">Length of <see cref="Entries"/>.</param>
    public double Temperature(ReadOnlySpan<float> scalars) => _temperature == Absent ? 1 : PortableMath.Exp(scalars[_temperature]);

    /// <summary>Adds a group's gradients; those of what the job does not learn are left out.</summary>
    /// <param name="gradient">Length of <see cref="Entries"/>.</param>
    /// <param name="shots">The group's support size.</param>
    /// <param name="logOffset">dL/dlog eps.</param>
    /// <param name="logPredictiveOffset">The derivative by the predictive log eps of the mean negative log-likelihood of the positives, descriptors held.</param>
    /// <param name="logPriorVariance">dL/dlog s0.</param>
    /// <param name="logTemperature">dL/dlog T.</param>
    public void AddGradient(Span<double> gradient, int shots, double logOffset, double logPredictiveOffset, double logPriorVariance, double logTemperature)
    {
        int nearest = ShotCounts.Nearest(_shots, shots);
        AddTo(gradient, _offset, nearest, logOffset);
        AddTo(gradient, _predictiveOffset, nearest, logPredictiveOffset);
        AddTo(gradient, _priorVariance, 0, logPriorVariance);
        AddTo(gradient, _temperature, 0, logTemperature);
    }

    private double PriorVariance(ReadOnlySpan<float> scalars) => _priorVariance == Absent ? _network.PriorVariance : PortableMath.Exp(scalars[_priorVariance]);

    private string[] EachOf(string scalar) => [.. _shots.Select(shots => ShotCounts.NameOf(scalar, shots))];

    /// <summary>Adds an entry for each name where the value is learned, and gives the index of the first.</summary>
    private int Add(string[] names, double start, bool isLearned)
    {
        if (!isLearned)
        {
            return Absent;
        }

        int first = _entries.Count;
        foreach (string name in names)
        {
            _entries.Add(new ParameterEntry(name, [], LearningRateScale, WeightDecayScale: 0));
            _starts.Add(start);
        }

        return first;
    }

    private static void AddTo(Span<double> gradient, int first, int index, double value)
    {
        if (first != Absent)
        {
            gradient[first + index] += value;
        }
    }
}
