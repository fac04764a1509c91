namespace S2M.Specification;

/// <summary>A job file that cannot be used: the message says line, field, what was expected, what was found, and what to do.</summary>
public sealed class SpecificationException : Exception
{
    /// <summary>Makes the error.</summary>
    /// <param name="message">Line, field, expected, got, remedy.</param>
    public SpecificationException(string message)
        : base(message)
    {
    }

    /// <summary>The field that is wrong, such as <c>training.steps</c>; empty where it is the whole text.</summary>
    public string Field { get; init; } = string.Empty;
}
