namespace S2M.Model.Mixture;

/// <summary>How the number of components is chosen (docs/maths.md, section on the choice of K).</summary>
public enum ComponentRule
{
    /// <summary>BIC with kD + k parameters.</summary>
    Means,

    /// <summary>BIC with 2kD parameters, as in the authors' talk: at small N it stays at one component.</summary>
    Slides,

    /// <summary>AIC with kD + k parameters.</summary>
    AicMeans,
}
