using System.Runtime.Intrinsics;
using S2M.Numerics.Parameters;
using S2M.Numerics.Portable;

namespace S2M.Numerics.Optimizers;

/// <summary>Adam (Kingma and Ba 2015); weight decay is added to the gradient.</summary>
public class Adam : Optimizer
{
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _epsilon;
    private readonly double _weightDecay;
    private double _firstCorrection;
    private double _secondCorrection;

    /// <summary>Makes the optimiser with zeroed moments.</summary>
    /// <param name="layout">What the flat vectors hold.</param>
    /// <param name="beta1">Decay of the first moment, at least 0, below 1.</param>
    /// <param name="beta2">Decay of the second moment, at least 0, below 1.</param>
    /// <param name="epsilon">Added to the root of the second moment, greater than 0.</param>
    /// <param name="weightDecay">Weight decay, at least 0.</param>
    public Adam(ParameterLayout layout, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0)
        : base(layout, "first_moment", "second_moment")
    {
        _beta1 = beta1;
        _beta2 = beta2;
        _epsilon = epsilon;
        _weightDecay = weightDecay;
    }

    /// <summary>The share of the gradient's decay: this x parameter is added to it.</summary>
    /// <param name="weightDecay">The entry's weight decay.</param>
    private protected virtual float CoupledDecay(double weightDecay) => (float)weightDecay;

    /// <summary>A factor on the parameters ahead of the update.</summary>
    /// <param name="learningRate">The entry's rate.</param>
    /// <param name="weightDecay">The entry's weight decay.</param>
    private protected virtual float Shrink(double learningRate, double weightDecay) => 1f;

    private protected override void Prepare(int step)
    {
        _firstCorrection = 1 - PortableMath.Pow(_beta1, step);
        _secondCorrection = 1 - PortableMath.Pow(_beta2, step);
    }

    private protected override void Update(Lanes lanes, Rates rates)
    {
        Vector256<float> count = Vector256.Create(rates.Count);
        Vector256<float> beta1 = Vector256.Create((float)_beta1);
        Vector256<float> beta2 = Vector256.Create((float)_beta2);
        Vector256<float> rest1 = Vector256.Create((float)(1 - _beta1));
        Vector256<float> rest2 = Vector256.Create((float)(1 - _beta2));
        Vector256<float> rate = Vector256.Create((float)(rates.LearningRate / _firstCorrection));
        Vector256<float> root = Vector256.Create((float)Math.Sqrt(_secondCorrection));
        Vector256<float> epsilon = Vector256.Create((float)_epsilon);
        Vector256<float> decay = Vector256.Create(CoupledDecay(_weightDecay * rates.DecayScale));
        Vector256<float> shrink = Vector256.Create(Shrink(rates.LearningRate, _weightDecay * rates.DecayScale));

        // Equal lengths, seen by the compiler, leave no bounds check in the loop.
        ReadOnlySpan<Vector256<float>> values = lanes.Values;
        ReadOnlySpan<Vector256<float>> sum = lanes.Sum[..values.Length];
        Span<Vector256<float>> next = lanes.Next[..values.Length];
        Span<Vector256<float>> first = lanes.First[..values.Length];
        Span<Vector256<float>> second = lanes.Second[..values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            Vector256<float> value = values[i] * shrink;
            Vector256<float> slope = (sum[i] / count) + (decay * value);
            Vector256<float> mean = (beta1 * first[i]) + (rest1 * slope);
            Vector256<float> square = (beta2 * second[i]) + (rest2 * (slope * slope));
            first[i] = mean;
            second[i] = square;
            next[i] = value - (rate * (mean / ((Vector256.Sqrt(square) / root) + epsilon)));
        }
    }
}
