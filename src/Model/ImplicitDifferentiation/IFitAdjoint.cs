using S2M.Model.Mixture;

namespace S2M.Model.ImplicitDifferentiation;

/// <summary>How the gradient goes through a fit.</summary>
public interface IFitAdjoint
{
    /// <summary>From a loss' gradient by the mixture to its gradient by examples and regularizer.</summary>
    /// <param name="support">The examples that were fitted, shape (N, D), row-major.</param>
    /// <param name="size">D.</param>
    /// <param name="solution">The fit.</param>
    /// <param name="regularizer">What it was regularized with; whether there is a background is the solution's to say.</param>
    /// <param name="cotangent">dL/dmixture, of as many components.</param>
    /// <exception cref="Set2ModelException">Shapes disagree.</exception>
    FitGradient Backward(ReadOnlySpan<double> support, int size, MixtureSolution solution, MixtureRegularizer regularizer, MixtureCotangent cotangent);
}
