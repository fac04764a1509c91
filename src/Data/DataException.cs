namespace S2M.Data;

/// <summary>Data that cannot be used: the message says which file or class, what was expected, what was found, and what to do.</summary>
public sealed class DataException : Exception
{
    /// <summary>Makes the error.</summary>
    /// <param name="message">Name, expected, got, remedy.</param>
    public DataException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the error from the one beneath it.</summary>
    /// <param name="message">Name, expected, got, remedy.</param>
    /// <param name="innerException">What was caught.</param>
    public DataException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
