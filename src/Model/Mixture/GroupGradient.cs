namespace S2M.Model.Mixture;

/// <summary>What the head gives for one group.</summary>
/// <param name="Loss">The group's loss.</param>
/// <param name="Hits">Queries whose best concept is their own.</param>
/// <param name="Queries">Queries that have a concept.</param>
/// <param name="LogOffsetGradient">dL/dlog eps.</param>
/// <param name="LogTemperatureGradient">dL/dlog T.</param>
/// <param name="FlatHistograms">Concepts whose scores were all alike.</param>
public sealed record GroupGradient(double Loss, int Hits, int Queries, double LogOffsetGradient, double LogTemperatureGradient, int FlatHistograms)
{
    /// <summary>dL/dlog s0; 0 where there is no prior variance.</summary>
    public double LogPriorVarianceGradient { get; init; }

    /// <summary>The gradient of the positives' mean negative log likelihood by the logarithm of the predictive variance offset; 0 where it is not learned.</summary>
    public double LogPredictiveGradient { get; init; }

    /// <summary>How mixtures were fitted; empty for heads in closed form.</summary>
    public FitTally Fits { get; init; } = new();
}
