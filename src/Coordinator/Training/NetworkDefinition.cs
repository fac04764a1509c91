using S2M.Numerics.Averaging;
using S2M.Numerics.Parameters;

namespace S2M.Coordinator.Training;

/// <summary>What a network is, seen from outside: layouts and initial values. Made by a worker.</summary>
/// <param name="Parameters">Layout of the trainable values.</param>
/// <param name="Buffers">Layout of the running statistics.</param>
/// <param name="DescriptorSize">Length D of a descriptor.</param>
/// <param name="MetricNames">Names of a leaf's metrics, in the order of <see cref="EpisodeSum.Metrics"/>.</param>
/// <param name="Initial">Version 0.</param>
public sealed record NetworkDefinition(
    ParameterLayout Parameters, ParameterLayout Buffers, int DescriptorSize, IReadOnlyList<string> MetricNames, ParameterSnapshot Initial);
