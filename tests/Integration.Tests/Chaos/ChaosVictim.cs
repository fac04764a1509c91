namespace S2M.Integration.Tests.Chaos;

/// <summary>A part of a cluster that faults happen to, one at a time.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Faults">What can happen to it.</param>
/// <param name="IsDown">Whether it has ended, by a fault or as a consequence of one: it is healed then, as a supervisor would.</param>
/// <param name="Heal">Makes it whole, and completes when it is.</param>
internal sealed record ChaosVictim(string Name, IReadOnlyList<ChaosFault> Faults, Func<bool> IsDown, Func<Task> Heal);

/// <summary>Parts that stand in for each other.</summary>
/// <param name="Name">What one of them is called.</param>
/// <param name="AtLeast">So many of them have no fault at any time.</param>
/// <param name="Victims">The parts.</param>
internal sealed record ChaosGroup(string Name, int AtLeast, IReadOnlyList<ChaosVictim> Victims);
