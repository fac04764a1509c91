namespace S2M.Coordinator;

/// <summary>What the coordinator cannot do: the message says what was expected, what was found, and what to do.</summary>
public class CoordinatorException : Exception
{
    /// <summary>Makes the error.</summary>
    /// <param name="message">Name, expected, got, remedy.</param>
    public CoordinatorException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the error from the one beneath it.</summary>
    /// <param name="message">Name, expected, got, remedy.</param>
    /// <param name="innerException">What was caught.</param>
    public CoordinatorException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
