using System.Runtime.Intrinsics;
using S2M.Numerics.Parameters;

namespace S2M.Numerics.Optimizers;

/// <summary>Stochastic gradient descent with momentum: velocity = momentum x velocity + gradient, which the first step starts from the gradient.</summary>
/// <param name="layout">What the flat vectors hold.</param>
/// <param name="momentum">At least 0, below 1.</param>
/// <param name="weightDecay">Weight decay x parameter is added to the gradient; at least 0.</param>
public sealed class Sgd(ParameterLayout layout, double momentum = 0.9, double weightDecay = 0) : Optimizer(layout, "velocity")
{
    private protected override void Update(Lanes lanes, Rates rates)
    {
        Vector256<float> count = Vector256.Create(rates.Count);
        Vector256<float> rate = Vector256.Create((float)rates.LearningRate);
        Vector256<float> kept = Vector256.Create((float)momentum);
        Vector256<float> decay = Vector256.Create((float)(weightDecay * rates.DecayScale));
        ReadOnlySpan<Vector256<float>> values = lanes.Values;
        ReadOnlySpan<Vector256<float>> sum = lanes.Sum[..values.Length];
        Span<Vector256<float>> next = lanes.Next[..values.Length];
        Span<Vector256<float>> first = lanes.First[..values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            Vector256<float> velocity = (kept * first[i]) + ((sum[i] / count) + (decay * values[i]));
            first[i] = velocity;
            next[i] = values[i] - (rate * velocity);
        }
    }
}
