namespace S2M.Integration.Tests.Chaos;

/// <summary>How much happens.</summary>
internal sealed class ChaosOptions
{
    /// <summary>Chooses everything that is chosen. How far the cluster has come when it happens is the machine's.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>For how long new faults begin; 1 min by default.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Between the beginnings of two faults, at least; 0.5 s by default.</summary>
    public TimeSpan ShortestPause { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Between the beginnings of two faults, at most; 4 s by default.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a fault lasts, at least; 0.5 s by default.</summary>
    public TimeSpan ShortestFault { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>How long a fault lasts, at most; 12 s by default: longer than every time limit by which one part notices that another one is away.</summary>
    public TimeSpan LongestFault { get; init; } = TimeSpan.FromSeconds(12);
}
