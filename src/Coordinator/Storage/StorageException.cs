namespace S2M.Coordinator.Storage;

/// <summary>
/// The database, or the store of checkpoints, could not do what was asked: the message says what failed, why, and what to do; its own error is the inner
/// exception.
/// </summary>
public sealed class StorageException : CoordinatorException
{
    /// <summary>Makes the error.</summary>
    /// <param name="message">What failed, why, and what to do.</param>
    /// <param name="isTransient">Whether the same call can succeed later.</param>
    /// <param name="innerException">What the database or the store said.</param>
    public StorageException(string message, bool isTransient, Exception innerException)
        : base(message, innerException) => IsTransient = isTransient;

    /// <summary>
    /// Whether the same call can succeed once the database or the store answers again or there is room on its disk, so that waiting makes sense. A write that timed out
    /// may have been done: writing it again is no change.
    /// </summary>
    public bool IsTransient { get; }
}
