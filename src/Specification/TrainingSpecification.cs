namespace S2M.Specification;

/// <summary>Length, seed and cadence of the training loop. Everything counts steps: nothing measured in time decides parameters.</summary>
public sealed record TrainingSpecification
{
    /// <summary>Optimiser steps, at least 1.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>Episodes whose gradients are averaged in a step, 1 to 65536.</summary>
    public int EpisodesPerStep { get; init; } = 2;

    /// <summary>The seed of initial parameters, episodes and dropout.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Steps between checkpoints, at least 1; the last step always has one.</summary>
    public int CheckpointEvery { get; init; } = 200;

    /// <summary>Which checkpoints are kept.</summary>
    [LaterField]
    public KeepSpecification Keep { get; init; } = new();

    /// <summary>Steps between validations, 0 for none before the end.</summary>
    public int ValidateEvery { get; init; } = 500;

    /// <summary>Episodes with a non-finite gradient that may be left out over the whole job before it fails, at least 0.</summary>
    public int NonFiniteBudget { get; init; } = 10;

    /// <summary>Share of the newest batch statistics in the running ones, greater than 0, at most 1; applied once per step.</summary>
    public double BatchNormMomentum { get; init; } = 0.1;

    /// <summary>How an episode's gradient is rounded before it is added to others.</summary>
    [LaterField]
    public GradientFormat GradientFormat { get; init; }

    /// <summary>Steps between checks of a mixture's gradients against central differences of refits, at least 0; 0 for none, as for other heads.</summary>
    [LaterField]
    public int GradientCheck { get; init; }
}
