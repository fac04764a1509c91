using S2M.Numerics.Averaging;
using S2M.Numerics.Parameters;

namespace S2M.Coordinator.Training;

/// <summary>From a step's sum to the next version, elementwise in float32 and a written order.</summary>
internal static class StepUpdate
{
    /// <summary>Averages, steps the optimiser, and moves the running statistics by the momentum, once.</summary>
    /// <param name="state">The current version and the optimiser, whose moments move on.</param>
    /// <param name="sum">The root of the tree, with at least one episode present.</param>
    /// <param name="learningRate">The step's rate.</param>
    /// <param name="momentum">Share of the newest statistics.</param>
    internal static ParameterSnapshot Apply(TrainingState state, EpisodeSum sum, double learningRate, float momentum)
    {
        float[] parameters = [.. state.Snapshot.Parameters];
        float[] buffers = [.. state.Snapshot.Buffers];
        float[] mean = new float[sum.Values.Length];
        float present = sum.Present;
        for (int i = 0; i < mean.Length; i++)
        {
            mean[i] = sum.Values[i] / present;
        }

        state.Optimizer.Step(parameters, mean.AsSpan(0, parameters.Length), learningRate);
        float kept = 1f - momentum;
        for (int i = 0; i < buffers.Length; i++)
        {
            buffers[i] = (kept * buffers[i]) + (momentum * mean[parameters.Length + i]);
        }

        return new ParameterSnapshot(state.Snapshot.Version + 1, parameters, buffers);
    }

    /// <summary>Whether every value is finite.</summary>
    internal static bool IsFinite(ParameterSnapshot snapshot)
    {
        bool finite = true;
        foreach (float value in snapshot.Parameters)
        {
            finite &= float.IsFinite(value);
        }

        foreach (float value in snapshot.Buffers)
        {
            finite &= float.IsFinite(value);
        }

        return finite;
    }
}
