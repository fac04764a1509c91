namespace S2M.Model;

/// <summary>Input that the network cannot take: the message says what was expected, what was found, and what to do.</summary>
public sealed class Set2ModelException : Exception
{
    /// <summary>Makes the error.</summary>
    /// <param name="message">Name, expected, got, remedy.</param>
    public Set2ModelException(string message)
        : base(message)
    {
    }
}
