namespace S2M.Worker;

/// <summary>A worker that cannot do its work: the message says what is missing or wrong, what was expected, and what to do.</summary>
public sealed class WorkerException : Exception
{
    /// <summary>Makes the error.</summary>
    /// <param name="message">Name, expected, got, remedy.</param>
    /// <param name="innerException">What was caught, if anything.</param>
    public WorkerException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
