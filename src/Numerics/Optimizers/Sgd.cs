using System.Runtime.Intrinsics;
using S2M.Numerics.Parameters;

namespace S2M.Numerics.Optimizers;

/// <summary>Stochastic gradient descent with momentum: velocity = momentum x velocity + gradient, which the first step starts from the gradient.</summary>
/// <param name="layout">What the flat vectors hold.</param>
/// <param name="momentum">At least 0, below 1.</param>
/// <param name="weightDecay">Weight decay x parameter is added to the gradient; at least 0.</param>
public sealed class Sgd(ParameterLayout layout, double momentum = 0.9, double weightDecay = 0) : Optimizer(layout, "velocity")
{
    private protected override void Update(
        Span<Vector256<float>> parameters,
        ReadOnlySpan<Vector256<float>> gradient,
        Span<Vector256<float>> first,
        Span<Vector256<float>> second,
        double learningRate,
        double decayScale)
    {
        Vector256<float> rate = Vector256.Create((float)learningRate);
        Vector256<float> kept = Vector256.Create((float)momentum);
        Vector256<float> decay = Vector256.Create((float)(weightDecay * decayScale));
        gradient = gradient[..parameters.Length];
        first = first[..parameters.Length];
        for (int i = 0; i < parameters.Length; i++)
        {
            Vector256<float> velocity = (kept * first[i]) + (gradient[i] + (decay * parameters[i]));
            first[i] = velocity;
            parameters[i] -= rate * velocity;
        }
    }
}
