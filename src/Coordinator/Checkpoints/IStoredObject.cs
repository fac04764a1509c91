namespace S2M.Coordinator.Checkpoints;

/// <summary>A stored object that is read piece by piece; it does not change while it is open.</summary>
internal interface IStoredObject : IAsyncDisposable
{
    /// <summary>Its bytes.</summary>
    long Length { get; }

    /// <summary>Reads from an offset on.</summary>
    /// <param name="offset">0 to <see cref="Length"/>.</param>
    /// <param name="buffer">Takes what is read; it bounds the memory that is used.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many bytes were read; 0 at the end.</returns>
    /// <exception cref="IOException">It is gone, or was changed meanwhile.</exception>
    /// <exception cref="Storage.StorageException">The store does not answer or refuses.</exception>
    ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);
}
