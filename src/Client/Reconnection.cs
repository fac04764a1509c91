namespace S2M.Client;

/// <summary>A stream was cut and is about to be opened again where it was.</summary>
/// <param name="Attempt">How many times in a row it failed, from 1.</param>
/// <param name="Delay">The pause before the next attempt.</param>
/// <param name="Cause">What the transport or the server said.</param>
public sealed record Reconnection(int Attempt, TimeSpan Delay, string Cause);
