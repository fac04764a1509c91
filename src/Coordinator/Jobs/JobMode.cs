namespace S2M.Coordinator.Jobs;

/// <summary>What a job does. The numbers are stored.</summary>
public enum JobMode
{
    /// <summary>Trains, then tests once.</summary>
    Train = 1,

    /// <summary>Tests the parameters that it starts from.</summary>
    Evaluate = 2,
}
