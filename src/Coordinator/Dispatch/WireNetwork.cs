using S2M.Coordinator.Training;
using S2M.Numerics.Parameters;
using Wire = S2M.Protos.V1;

namespace S2M.Coordinator.Dispatch;

/// <summary>A network as it travels.</summary>
internal static class WireNetwork
{
    /// <summary>Layouts and version 0, from a worker's answer.</summary>
    /// <exception cref="ShareAnswerException">They do not fit each other.</exception>
    internal static NetworkDefinition ToDefinition(ShareAnswer answer)
    {
        Wire.NetworkDefinition network = answer.Network ?? throw new ShareAnswerException("answer: expected a network, got none");
        ParameterLayout parameters = ToLayout(network.Parameters);
        ParameterLayout buffers = ToLayout(network.Buffers);
        var initial = new ParameterSnapshot(0, answer.Floats(0), answer.Floats(1));
        return initial.Parameters.Length == parameters.Count && initial.Buffers.Length == buffers.Count
            ? new NetworkDefinition(parameters, buffers, network.DescriptorSize, [.. network.MetricNames], initial)
            : throw new ShareAnswerException(
                $"answer: expected {parameters.Count} parameters and {buffers.Count} running statistics, got {initial.Parameters.Length} and {initial.Buffers.Length}");
    }

    private static ParameterLayout ToLayout(Wire.ParameterLayout? layout)
    {
        try
        {
            return new ParameterLayout([.. (layout ?? new Wire.ParameterLayout()).Entries.Select(entry => new ParameterEntry(
                entry.Name, [.. entry.Shape.Select(length => checked((int)length))], (float)entry.LearningRateScale, (float)entry.WeightDecayScale))]);
        }
        catch (Exception problem) when (problem is ArgumentException or OverflowException)
        {
            throw new ShareAnswerException($"answer: expected the layout of a network, got one that is none: {problem.Message}");
        }
    }
}
