namespace S2M.Numerics.Parameters;

/// <summary>One version of the shared network: what workers compute with. Never changed after it is made.</summary>
/// <param name="Version">The optimiser step that made it; 0 for the initial parameters.</param>
/// <param name="Parameters">Trainable values, one flat vector in the layout of the network's parameters.</param>
/// <param name="Buffers">Running statistics of batch norm, one flat vector in the layout of the network's buffers.</param>
public sealed record ParameterSnapshot(int Version, float[] Parameters, float[] Buffers);
