using S2M.Numerics.Parameters;

namespace S2M.Numerics.Optimizers;

/// <summary>AdamW (Loshchilov and Hutter 2019): weight decay shrinks the parameters and stays out of the moments.</summary>
/// <param name="layout">What the flat vectors hold.</param>
/// <param name="beta1">Decay of the first moment, at least 0, below 1.</param>
/// <param name="beta2">Decay of the second moment, at least 0, below 1.</param>
/// <param name="epsilon">Added to the root of the second moment, greater than 0.</param>
/// <param name="weightDecay">Weight decay, at least 0.</param>
public sealed class AdamW(ParameterLayout layout, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 1e-2)
    : Adam(layout, beta1, beta2, epsilon, weightDecay)
{
    private protected override float CoupledDecay(double weightDecay) => 0f;

    private protected override float Shrink(double learningRate, double weightDecay) => (float)(1 - (learningRate * weightDecay));
}
