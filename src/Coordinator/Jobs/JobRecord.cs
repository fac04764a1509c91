namespace S2M.Coordinator.Jobs;

/// <summary>A job as it is stored.</summary>
/// <param name="Job">What was submitted.</param>
/// <param name="State">What it is.</param>
/// <param name="Reason">Why it is in that state.</param>
/// <param name="Since">Since when.</param>
/// <param name="SubmittedAt">When it was submitted.</param>
public sealed record JobRecord(NewJob Job, JobState State, string Reason, DateTimeOffset Since, DateTimeOffset SubmittedAt)
{
    /// <summary>How many times a loop was begun for it. A loop of a lower epoch publishes nothing.</summary>
    public long Epoch { get; init; }

    /// <summary>The silo whose loop has the epoch; empty before the first.</summary>
    public string Owner { get; init; } = string.Empty;

    /// <summary>What it waits for, in words; empty where it does not wait.</summary>
    public string WaitsFor { get; init; } = string.Empty;

    /// <summary>Since when it waits; absent where it does not.</summary>
    public DateTimeOffset? WaitsSince { get; init; }

    /// <summary>Steps that were made and recorded.</summary>
    public int Step { get; init; }

    /// <summary>The epoch of its newest checkpoint; 0 where there is none.</summary>
    public long CheckpointEpoch { get; init; }

    /// <summary>Steps of its newest checkpoint; -1 where there is none.</summary>
    public int CheckpointStep { get; init; } = -1;

    /// <summary>SHA-256 of its final parameters; empty before the end.</summary>
    public string ParametersHash { get; init; } = string.Empty;

    /// <summary>What its arithmetic depends on besides the specification; empty before its first share.</summary>
    public string NumericContract { get; init; } = string.Empty;

    /// <summary>SHA-256 of its first episode's gradient; empty before its first share.</summary>
    public string Canary { get; init; } = string.Empty;

    /// <summary>When its first loop began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it came to its end.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}
