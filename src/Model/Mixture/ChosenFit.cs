namespace S2M.Model.Mixture;

/// <summary>The fit with the number of components that a criterion chose.</summary>
/// <param name="Solution">The chosen fit.</param>
/// <param name="Criteria">The criterion of 1, 2, ... components, smaller is better; as many as the examples carry. Where a fit collapsed it is that of what was left.</param>
public sealed record ChosenFit(MixtureSolution Solution, double[] Criteria);
