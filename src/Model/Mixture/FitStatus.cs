namespace S2M.Model.Mixture;

/// <summary>How a fit ended (docs/maths.md, section 6). <see cref="MixtureSolution.Advice"/> says what can be done.</summary>
public enum FitStatus
{
    /// <summary>With as many components as were asked for, at a fixed point.</summary>
    Converged,

    /// <summary>The responsibilities still moved by more than <see cref="MixtureFit.Tolerance"/> after the last step: no gradient goes through this fit.</summary>
    IterationLimit,

    /// <summary>A component lost its examples and was dropped, so that the fit has fewer than were asked for; or the background took all examples and was left out.</summary>
    Collapsed,

    /// <summary>Fewer than three examples a component: the fit has fewer components than were asked for.</summary>
    TooFewExamples,
}
