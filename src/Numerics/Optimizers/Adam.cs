using S2M.Numerics.Parameters;
using S2M.Numerics.Portable;

namespace S2M.Numerics.Optimizers;

/// <summary>Adam (Kingma and Ba 2015); weight decay is added to the gradient.</summary>
public class Adam : Optimizer
{
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _epsilon;
    private readonly float[] _first;
    private readonly float[] _second;
    private double _firstCorrection;
    private double _secondCorrection;

    /// <summary>Makes the optimiser with zeroed moments.</summary>
    /// <param name="layout">What the flat vectors hold.</param>
    /// <param name="beta1">Decay of the first moment, at least 0, below 1.</param>
    /// <param name="beta2">Decay of the second moment, at least 0, below 1.</param>
    /// <param name="epsilon">Added to the root of the second moment, greater than 0.</param>
    /// <param name="weightDecay">Weight decay, at least 0.</param>
    public Adam(ParameterLayout layout, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0)
        : base(layout)
    {
        _beta1 = beta1;
        _beta2 = beta2;
        _epsilon = epsilon;
        WeightDecay = weightDecay;
        _first = Moment();
        _second = Moment();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, float[] Values)> State => [("first_moment", _first), ("second_moment", _second)];

    private protected double WeightDecay { get; }

    private protected override void Prepare(int step)
    {
        _firstCorrection = 1 - PortableMath.Pow(_beta1, step);
        _secondCorrection = 1 - PortableMath.Pow(_beta2, step);
    }

    private protected override void Update(Span<float> parameters, ReadOnlySpan<float> gradient, int offset, double learningRate)
        => Apply(parameters, gradient, offset, learningRate, coupledDecay: (float)WeightDecay, shrink: 1f);

    /// <summary>The update, with decay through the gradient and through a factor on the parameters.</summary>
    private protected void Apply(Span<float> parameters, ReadOnlySpan<float> gradient, int offset, double learningRate, float coupledDecay, float shrink)
    {
        float beta1 = (float)_beta1;
        float beta2 = (float)_beta2;
        float rest1 = (float)(1 - _beta1);
        float rest2 = (float)(1 - _beta2);
        float rate = (float)(learningRate / _firstCorrection);
        float root = (float)Math.Sqrt(_secondCorrection);
        float epsilon = (float)_epsilon;
        Span<float> first = _first.AsSpan(offset, parameters.Length);
        Span<float> second = _second.AsSpan(offset, parameters.Length);
        for (int i = 0; i < parameters.Length; i++)
        {
            float value = parameters[i] * shrink;
            float slope = gradient[i] + (coupledDecay * value);
            first[i] = (beta1 * first[i]) + (rest1 * slope);
            second[i] = (beta2 * second[i]) + (rest2 * (slope * slope));
            parameters[i] = value - (rate * (first[i] / ((MathF.Sqrt(second[i]) / root) + epsilon)));
        }
    }
}
