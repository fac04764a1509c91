namespace S2M.Model.Mixture;

/// <summary>How the M-step is regularized (docs/maths.md, eq. 6-8). At least one of offset and variance prior must be above 0.</summary>
/// <param name="VarianceOffset">eps, added to every variance, at least 0.</param>
/// <param name="PriorStrength">nu, strength of the inverse-gamma prior on variances, in examples, at least 0.</param>
/// <param name="PriorVariance">s0, the variance that the prior draws to, at least 0.</param>
/// <param name="WeightPrior">a, examples that the Dirichlet prior adds to every component, at least 0.</param>
/// <param name="HasBackground">
/// Whether a further component of fixed place and width takes up what belongs to none: mean 0 and variance 1 / D in every dimension, which for descriptors of unit
/// length is the same density everywhere. Its weight is fitted; scores are those of the other components.
/// </param>
public sealed record MixtureRegularizer(double VarianceOffset, double PriorStrength = 0, double PriorVariance = 0, double WeightPrior = 0, bool HasBackground = false)
{
    // Below it squares of quotients would overflow.
    private const double SmallestVariance = 1e-30;

    /// <summary>Whether fits can be regularized with it: learned values may leave their range before the loss does.</summary>
    internal bool IsUsable
        => double.IsFinite(VarianceOffset + PriorVariance + Prior) && Floor >= SmallestVariance;

    // nu s0, what the prior adds to squared deviations.
    private double Prior => PriorStrength * PriorVariance;

    // No variance falls much below it: a weak prior is shared by all examples.
    private double Floor => Math.Max(VarianceOffset, Math.Min(1, PriorStrength) * PriorVariance);

    /// <summary>Refuses what no fit can be regularized with.</summary>
    /// <exception cref="Set2ModelException">A value is negative or not finite, or variances could become zero.</exception>
    internal void Require()
    {
        foreach ((string name, double value) in new[]
        {
            ("variance offset", VarianceOffset), ("prior strength", PriorStrength), ("prior variance", PriorVariance), ("weight prior", WeightPrior),
            ("prior strength times prior variance", Prior),
        })
        {
            if (!double.IsFinite(value) || value < 0)
            {
                throw new Set2ModelException($"{name}: expected a finite number of at least 0, got {value}; correct the regularizer");
            }
        }

        if (Floor < SmallestVariance)
        {
            throw new Set2ModelException(
                $"regularizer: expected a variance offset or, with a prior strength above 0, a prior variance of at least {SmallestVariance}, "
                + $"got {VarianceOffset} and {PriorVariance} of strength {PriorStrength}; raise one");
        }
    }
}
