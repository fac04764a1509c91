namespace S2M.Data.Sampling;

/// <summary>What an episode is drawn for. The number is part of the episode's random stream and never changes.</summary>
public enum EpisodePhase
{
    /// <summary>Gradients for the optimiser.</summary>
    Training = 0,

    /// <summary>Periodic evaluation on validation classes.</summary>
    Validation = 1,

    /// <summary>The evaluation after the last step, on test classes, once.</summary>
    Test = 2,
}

/// <summary>Names one episode. All of its randomness (classes, images, rotations, dropout) follows from these four numbers.</summary>
/// <param name="Seed">The job's seed.</param>
/// <param name="Phase">What the episode is for.</param>
/// <param name="Step">The optimiser step, from 0; in evaluations the number of the protocol (a row of the table).</param>
/// <param name="Index">The episode within the step or protocol, from 0.</param>
public readonly record struct EpisodeAddress(ulong Seed, EpisodePhase Phase, int Step, int Index);
