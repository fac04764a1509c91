namespace S2M.Coordinator.Training;

/// <summary>Which head scores.</summary>
public enum ScoringHead
{
    /// <summary>The job's own head.</summary>
    Job,

    /// <summary>Nearest class mean on the same descriptors.</summary>
    NearestMean,
}
