namespace S2M.Numerics.Statistics;

/// <summary>What was counted for one base class, its rotations together.</summary>
/// <param name="Class">The class.</param>
/// <param name="Sum">Sum of the figure, such as hits.</param>
/// <param name="Count">How many values the sum holds, at least 1.</param>
public sealed record ClassTally(int Class, double Sum, long Count);
