namespace S2M.Client;

/// <summary>How far a transfer has come.</summary>
/// <param name="Done">Bytes that are there.</param>
/// <param name="Total">Bytes of the whole.</param>
public readonly record struct TransferProgress(long Done, long Total);
