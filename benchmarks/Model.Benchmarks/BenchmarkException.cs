namespace S2M.Model.Benchmarks;

/// <summary>A benchmark cannot run or would prove nothing; the message says what is missing.</summary>
public sealed class BenchmarkException : Exception
{
    /// <summary>Makes the exception.</summary>
    public BenchmarkException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">Name, expected, got, remedy.</param>
    public BenchmarkException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">Name, expected, got, remedy.</param>
    /// <param name="innerException">The cause.</param>
    public BenchmarkException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
