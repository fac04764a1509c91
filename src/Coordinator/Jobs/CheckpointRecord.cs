namespace S2M.Coordinator.Jobs;

/// <summary>A checkpoint's row. The checkpoint exists if and only if its manifest verifies and a row names it.</summary>
/// <param name="Epoch">The epoch of the loop that wrote it.</param>
/// <param name="Step">Steps that were made before it.</param>
/// <param name="ParametersHash">SHA-256 of parameters and running statistics as flat bytes.</param>
/// <param name="Bytes">Bytes of its files.</param>
/// <param name="Time">When it was published.</param>
public sealed record CheckpointRecord(long Epoch, int Step, string ParametersHash, long Bytes, DateTimeOffset Time);
