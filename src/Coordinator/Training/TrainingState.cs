using System.Runtime.InteropServices;
using System.Security.Cryptography;
using S2M.Numerics.Optimizers;
using S2M.Numerics.Parameters;
using S2M.Specification;

namespace S2M.Coordinator.Training;

/// <summary>All that a checkpoint holds: parameters, moments, history. Owned by one training loop.</summary>
public sealed class TrainingState
{
    /// <summary>Begins at version 0.</summary>
    /// <param name="definition">Layouts and initial values.</param>
    /// <param name="specification">The optimiser's kind and numbers.</param>
    public TrainingState(NetworkDefinition definition, OptimizerSpecification specification)
    {
        Definition = definition;
        Snapshot = definition.Initial;
        Optimizer = specification.Kind switch
        {
            OptimizerKind.Adam => new Adam(definition.Parameters, specification.Beta1, specification.Beta2, specification.Epsilon, specification.WeightDecay),
            OptimizerKind.AdamW => new AdamW(definition.Parameters, specification.Beta1, specification.Beta2, specification.Epsilon, specification.WeightDecay),
            _ => new Sgd(definition.Parameters, specification.Momentum, specification.WeightDecay),
        };
    }

    /// <summary>Layouts and initial values.</summary>
    public NetworkDefinition Definition { get; }

    /// <summary>The optimiser and its moments.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>The newest version; its number counts the steps that were made.</summary>
    public ParameterSnapshot Snapshot { get; internal set; }

    /// <summary>What happened so far.</summary>
    public TrainingHistory History { get; internal set; } = TrainingHistory.Empty;

    /// <summary>SHA-256 of parameters and running statistics (little-endian float32, one after the other), lower-case hexadecimal.</summary>
    public string Hash() => HashOf(Snapshot);

    /// <summary>The same of any version.</summary>
    internal static string HashOf(ParameterSnapshot snapshot)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes<float>(snapshot.Parameters));
        hash.AppendData(MemoryMarshal.AsBytes<float>(snapshot.Buffers));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
