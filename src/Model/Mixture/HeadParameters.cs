using S2M.Numerics.Parameters;
using S2M.Numerics.Portable;
using S2M.Specification;

namespace S2M.Model.Mixture;

/// <summary>
/// The learned scalars of head and loss: log eps per shot count and log T, named entries behind those of the embedding, with ten times the
/// learning rate and without weight decay, which would draw eps and T to 1. What the job does not learn stays at its start and has no entry.
/// </summary>
public sealed class HeadParameters
{
    private const float LearningRateScale = 10f;
    private readonly int[] _shots;
    private readonly int _temperatureIndex;
    private readonly double _startOffset;
    private readonly double _startTemperature;

    /// <summary>Lays the scalars out.</summary>
    /// <param name="specification">The job.</param>
    public HeadParameters(JobSpecification specification)
    {
        bool gauss = specification.Network.Head == HeadKind.Gauss;
        _startOffset = specification.Network.VarianceOffset;
        _startTemperature = specification.Loss.Temperature;
        _shots = gauss && specification.Network.LearnVarianceOffset
            ? [.. specification.Episode.Groups.Select(group => group.Support.Count).Distinct().Order()]
            : [];
        _temperatureIndex = specification.Loss.Kind == LossKind.NWay ? _shots.Length : -1;
        Entries =
        [
            .. _shots.Select(shots => new ParameterEntry($"head.log_variance_offset.shots_{shots}", [], LearningRateScale, WeightDecayScale: 0)),
            .. _temperatureIndex >= 0 ? new[] { new ParameterEntry("loss.log_temperature", [], LearningRateScale, WeightDecayScale: 0) } : [],
        ];
    }

    /// <summary>The entries, in the order of the flat vector.</summary>
    public IReadOnlyList<ParameterEntry> Entries { get; }

    /// <summary>Writes the starts.</summary>
    /// <param name="scalars">Length of <see cref="Entries"/>.</param>
    public void Initialize(Span<float> scalars)
    {
        for (int i = 0; i < _shots.Length; i++)
        {
            scalars[i] = (float)PortableMath.Log(_startOffset);
        }

        if (_temperatureIndex >= 0)
        {
            scalars[_temperatureIndex] = (float)PortableMath.Log(_startTemperature);
        }
    }

    /// <summary>eps for a support size: that of the nearest trained shot count, the larger of two equally near.</summary>
    /// <param name="scalars">Length of <see cref="Entries"/>.</param>
    /// <param name="shots">Support size, at least 1.</param>
    public double VarianceOffset(ReadOnlySpan<float> scalars, int shots)
        => _shots.Length == 0 ? _startOffset : PortableMath.Exp(scalars[NearestEntry(shots)]);

    /// <summary>T of the n-way loss; 1 for losses without one.</summary>
    /// <param name="scalars">Length of <see cref="Entries"/>.</param>
    public double Temperature(ReadOnlySpan<float> scalars)
        => _temperatureIndex < 0 ? 1 : PortableMath.Exp(scalars[_temperatureIndex]);

    /// <summary>Adds a group's gradients.</summary>
    /// <param name="gradient">Length of <see cref="Entries"/>.</param>
    /// <param name="shots">The group's support size.</param>
    /// <param name="logOffset">dL/dlog eps.</param>
    /// <param name="logTemperature">dL/dlog T.</param>
    public void AddGradient(Span<double> gradient, int shots, double logOffset, double logTemperature)
    {
        if (_shots.Length > 0)
        {
            gradient[NearestEntry(shots)] += logOffset;
        }

        if (_temperatureIndex >= 0)
        {
            gradient[_temperatureIndex] += logTemperature;
        }
    }

    private int NearestEntry(int shots)
    {
        int best = 0;
        for (int i = 1; i < _shots.Length; i++)
        {
            best = Math.Abs(_shots[i] - shots) <= Math.Abs(_shots[best] - shots) ? i : best;
        }

        return best;
    }
}
