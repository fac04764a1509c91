namespace S2M.Coordinator.Jobs;

/// <summary>What a user asks of a job.</summary>
public enum JobCommand
{
    /// <summary>Stop with a checkpoint, to go on later.</summary>
    Pause,

    /// <summary>Go on from the last checkpoint.</summary>
    Resume,

    /// <summary>End for good.</summary>
    Cancel,
}
