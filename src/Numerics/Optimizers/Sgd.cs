using S2M.Numerics.Parameters;

namespace S2M.Numerics.Optimizers;

/// <summary>Stochastic gradient descent with momentum: velocity = momentum x velocity + gradient, which the first step starts from the gradient.</summary>
public sealed class Sgd : Optimizer
{
    private readonly float _momentum;
    private readonly float _weightDecay;
    private readonly float[] _velocity;

    /// <summary>Makes the optimiser with zeroed velocity.</summary>
    /// <param name="layout">What the flat vectors hold.</param>
    /// <param name="momentum">At least 0, below 1.</param>
    /// <param name="weightDecay">Added to the gradient, at least 0.</param>
    public Sgd(ParameterLayout layout, double momentum = 0.9, double weightDecay = 0)
        : base(layout)
    {
        _momentum = (float)momentum;
        _weightDecay = (float)weightDecay;
        _velocity = Moment();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, float[] Values)> State => [("velocity", _velocity)];

    private protected override void Update(Span<float> parameters, ReadOnlySpan<float> gradient, int offset, double learningRate)
    {
        float rate = (float)learningRate;
        Span<float> velocity = _velocity.AsSpan(offset, parameters.Length);
        for (int i = 0; i < parameters.Length; i++)
        {
            velocity[i] = (_momentum * velocity[i]) + (gradient[i] + (_weightDecay * parameters[i]));
            parameters[i] -= rate * velocity[i];
        }
    }
}
