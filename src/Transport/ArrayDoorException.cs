namespace S2M.Transport;

/// <summary>The other side has no door for connections of arrays that could be reached, or not for this one.</summary>
/// <param name="message">What was expected and what came.</param>
/// <param name="inner">Why.</param>
public sealed class ArrayDoorException(string message, Exception inner) : IOException(message, inner);
