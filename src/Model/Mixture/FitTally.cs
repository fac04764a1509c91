namespace S2M.Model.Mixture;

/// <summary>How the fits of a group ended, for the job's metrics.</summary>
public sealed record FitTally
{
    /// <summary>The largest relative error of a gradient that is right; central differences of float64 are good to about 1e-8.</summary>
    public const double LargestError = 1e-5;

    /// <summary>Mixtures that were fitted.</summary>
    public int Fits { get; private set; }

    /// <summary>Their components, summed.</summary>
    public int Components { get; private set; }

    /// <summary>Fits that gave no gradient: not at a fixed point after the last step.</summary>
    public int IterationLimits { get; private set; }

    /// <summary>Fits that lost a component.</summary>
    public int Collapsed { get; private set; }

    /// <summary>Fits with fewer components than asked for, for want of examples.</summary>
    public int TooFewExamples { get; private set; }

    /// <summary>Gradients whose system was singular.</summary>
    public int Ridges { get; private set; }

    /// <summary>Gradients that were compared with central differences.</summary>
    public int Checks { get; private set; }

    /// <summary>Those that differed by more than <see cref="LargestError"/>, relative.</summary>
    public int FailedChecks { get; private set; }

    /// <summary>All counts, in the order of the network's metrics.</summary>
    internal double[] Counts => [Fits, Components, IterationLimits, Collapsed, TooFewExamples, Ridges, Checks, FailedChecks];

    /// <summary>Counts a fit.</summary>
    internal void Add(MixtureSolution solution)
    {
        Fits++;
        Components += solution.Mixture.Components;
        IterationLimits += solution.IsStationary ? 0 : 1;
        Collapsed += solution.Status == FitStatus.Collapsed ? 1 : 0;
        TooFewExamples += solution.Status == FitStatus.TooFewExamples ? 1 : 0;
    }

    /// <summary>Counts a gradient that needed a ridge.</summary>
    internal void AddRidge() => Ridges++;

    /// <summary>Counts a comparison.</summary>
    /// <param name="error">Relative; NaN counts as failed.</param>
    internal void AddCheck(double error)
    {
        Checks++;
        FailedChecks += error <= LargestError ? 0 : 1;
    }
}
