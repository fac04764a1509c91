namespace S2M.Specification;

/// <summary>Where the fit of a mixture begins in training.</summary>
public enum StartKind
{
    /// <summary>Means drawn as k-means++ draws them, seeded by the episode's address.</summary>
    KMeans,

    /// <summary>Each mean is the image farthest from those before it, first that nearest to the mean of all: the start of evaluation.</summary>
    FarthestFirst,
}
