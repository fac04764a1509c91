using S2M.Numerics.Portable;

namespace S2M.Numerics.Optimizers;

/// <summary>Linear warm-up, then a half cosine to zero behind the last step. Counts steps, never time.</summary>
public sealed class LearningRateSchedule
{
    private readonly double _learningRate;
    private readonly int _warmUpSteps;
    private readonly int _totalSteps;
    private readonly bool _cosine;

    /// <summary>Makes the schedule.</summary>
    /// <param name="learningRate">The rate after warm-up, greater than 0.</param>
    /// <param name="warmUpSteps">Steps of warm-up, at least 0.</param>
    /// <param name="totalSteps">Steps of the job, at least 1.</param>
    /// <param name="cosine">Whether the rate decays, or stays.</param>
    public LearningRateSchedule(double learningRate, int warmUpSteps, int totalSteps, bool cosine)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(learningRate);
        ArgumentOutOfRangeException.ThrowIfNegative(warmUpSteps);
        ArgumentOutOfRangeException.ThrowIfLessThan(totalSteps, 1);
        _learningRate = learningRate;
        _warmUpSteps = warmUpSteps;
        _totalSteps = totalSteps;
        _cosine = cosine;
    }

    /// <summary>The rate of a step: rate x (step + 1) / warm-up in the warm-up, then rate x (1 + cos(pi p)) / 2 with p the part that is done.</summary>
    /// <param name="step">From 0 to the total - 1.</param>
    public double At(int step)
    {
        if (step < _warmUpSteps)
        {
            return _learningRate * (step + 1) / _warmUpSteps;
        }

        double done = (double)(step - _warmUpSteps) / Math.Max(1, _totalSteps - _warmUpSteps);
        return _cosine ? _learningRate * (1 + PortableMath.Cos(Math.PI * done)) / 2 : _learningRate;
    }
}
