using S2M.Model.ImplicitDifferentiation;
using S2M.Specification;

namespace S2M.Model.Mixture;

/// <summary>What a mixture head does with a group.</summary>
/// <param name="Components">K, or the most of them where it is chosen.</param>
/// <param name="Rule">By what K is chosen; null where it is fixed.</param>
/// <param name="Regularizer">Of the fits that the loss sees.</param>
/// <param name="Predictive">Of the fits by which K is chosen.</param>
/// <param name="LearnsPredictive">Whether the gradient to the predictive variance offset is computed.</param>
/// <param name="Adjoint">How the gradient goes through fits.</param>
/// <param name="ChecksGradient">Whether every gradient is compared with central differences along one direction.</param>
public sealed record MixtureHeadSettings(
    int Components, ComponentCriterion? Rule, MixtureRegularizer Regularizer, MixtureRegularizer Predictive, bool LearnsPredictive, IFitAdjoint Adjoint, bool ChecksGradient)
{
    /// <summary>Fits a support set: K chosen first, under the predictive regularizer, where it is not fixed.</summary>
    /// <param name="support">x, shape (N, D), row-major.</param>
    /// <param name="size">D.</param>
    /// <param name="start">Where fits begin.</param>
    /// <returns>
    /// The fit that scores, and the predictive one by which K was chosen, which is the same where the regularizers are or K is fixed; the first may collapse to fewer components.
    /// </returns>
    internal (MixtureSolution Scoring, MixtureSolution Predicting) Fit(ReadOnlySpan<double> support, int size, MixtureStart start)
    {
        if (Rule is not { } rule)
        {
            MixtureSolution solution = MixtureFit.Fit(support, size, Components, Regularizer, start);
            return (solution, solution);
        }

        MixtureSolution predicting = ComponentSelection.Choose(support, size, Components, Predictive, start, rule).Solution;
        return Predictive == Regularizer ? (predicting, predicting) : (MixtureFit.Fit(support, size, predicting.Mixture.Components, Regularizer, start), predicting);
    }
}
