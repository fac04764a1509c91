namespace S2M.Specification;

/// <summary>How the gradient goes through the fit of a mixture (docs/maths.md).</summary>
public enum AdjointKind
{
    /// <summary>From the conditions of the fixed point: exact at convergence, whatever the number of iterations.</summary>
    Implicit,

    /// <summary>Backwards through every iteration: for comparison.</summary>
    Unrolled,
}
