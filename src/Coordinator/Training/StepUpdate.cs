using S2M.Numerics.Averaging;
using S2M.Numerics.Optimizers;
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
        ParameterSnapshot last = state.Snapshot;
        float[] parameters = GC.AllocateUninitializedArray<float>(last.Parameters.Length);
        state.Optimizer.Step(last.Parameters, sum.Values.AsMemory(0, parameters.Length), sum.Present, learningRate, parameters);
        float[] buffers = [.. last.Buffers];
        float[] statistics = sum.Values[parameters.Length..];
        FlatVector.Divide(statistics, sum.Present, statistics);
        FlatVector.Move(buffers, statistics, momentum);
        return new ParameterSnapshot(last.Version + 1, parameters, buffers);
    }

    /// <summary>
    /// Whether the update is usable: every value of the version and of the optimiser's moments is finite. A second moment that overflowed would leave its
    /// parameter finite and stuck for ever.
    /// </summary>
    /// <param name="snapshot">The new version.</param>
    /// <param name="optimizer">The optimiser that made it.</param>
    internal static bool IsFinite(ParameterSnapshot snapshot, Optimizer optimizer)
        => IsFinite(snapshot.Parameters) && IsFinite(snapshot.Buffers) && optimizer.State.All(moment => IsFinite(moment.Values));

    private static bool IsFinite(float[] values) => VectorRanges.All(values.Length, (first, count) => FlatVector.IsFinite(values.AsSpan(first, count)));
}
