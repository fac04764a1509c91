namespace S2M.Client;

/// <summary>What a server says of itself.</summary>
/// <param name="Health"><c>Serving</c>, or what it says instead.</param>
/// <param name="Version">The version of its program, from the header <c>s2m-version</c>; null where it does not say.</param>
/// <param name="ClockDifference">Its clock less ours, to a second; null where it does not say.</param>
public sealed record ServerCondition(string Health, string? Version, TimeSpan? ClockDifference)
{
    /// <summary>Whether it serves.</summary>
    public bool IsServing => Health == "Serving";
}
