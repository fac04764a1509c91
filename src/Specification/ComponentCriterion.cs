namespace S2M.Specification;

/// <summary>The criterion that chooses the number of components (docs/maths.md).</summary>
public enum ComponentCriterion
{
    /// <summary>Bayesian information criterion that counts means and weights as parameters.</summary>
    Means,

    /// <summary>Bayesian information criterion that counts means and variances as parameters, as the talk has it.</summary>
    Slides,

    /// <summary>Akaike's information criterion that counts means and weights as parameters.</summary>
    AicMeans,
}
