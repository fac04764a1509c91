namespace S2M.Model.Mixture;

/// <summary>What an M-step adds to the counts, so that no variance and no weight becomes zero (docs/maths.md, eqs. 6 and 8). With a strength of 0 only the offset is left.</summary>
/// <param name="VarianceOffset">eps, added to every variance, at least 0.</param>
/// <param name="PriorStrength">nu, as many images at the prior's variance, at least 0.</param>
/// <param name="PriorVariance">s0, the prior's variance, at least 0.</param>
/// <param name="WeightPrior">a, as many images more for each component's weight, at least 0.</param>
public sealed record MixtureRegularizer(double VarianceOffset, double PriorStrength = 0, double PriorVariance = 0, double WeightPrior = 0);
