namespace S2M.Model.ImplicitDifferentiation;

/// <summary>A loss' gradient on the far side of a fit.</summary>
public sealed record FitGradient
{
    /// <summary>dL/dx through the fit, shape (N, D), row-major.</summary>
    public required double[] Support { get; init; }

    /// <summary>dL/deps.</summary>
    public required double VarianceOffset { get; init; }

    /// <summary>dL/ds0.</summary>
    public required double PriorVariance { get; init; }

    /// <summary>Largest error of the solved equations, relative to their largest value; 0 where there are none.</summary>
    public double Residual { get; init; }

    /// <summary>Examples whose responsibilities can move.</summary>
    public int AmbiguousRows { get; init; }

    /// <summary>Unknowns of the system that was solved.</summary>
    public int SystemSize { get; init; }

    /// <summary>Whether the system was singular (two components have merged) and a ridge was added.</summary>
    public bool UsedRidge { get; init; }

    /// <summary>Whether the system in parameters was the smaller one.</summary>
    public bool InParameters { get; init; }
}
