namespace S2M.Coordinator.Jobs;

/// <summary>What a job can be. The numbers are stored.</summary>
public enum JobState
{
    /// <summary>Waits for a worker or for its turn.</summary>
    Queued = 1,

    /// <summary>A loop runs for it, or will as soon as a supervisor sees it.</summary>
    Running = 2,

    /// <summary>Stopped by a user; can be resumed.</summary>
    Paused = 3,

    /// <summary>Done, with all results.</summary>
    Succeeded = 4,

    /// <summary>Ended by an error; can be resumed from its last checkpoint.</summary>
    Failed = 5,

    /// <summary>Ended by a user, for good.</summary>
    Cancelled = 6,

    /// <summary>Ended by a limit, with its last checkpoint; can be resumed.</summary>
    Stopped = 7,
}
