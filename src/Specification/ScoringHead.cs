namespace S2M.Specification;

/// <summary>Which head scores, over the descriptors of a job's network.</summary>
public enum ScoringHead
{
    /// <summary>The job's own head.</summary>
    Job,

    /// <summary>Nearest class mean.</summary>
    NearestMean,

    /// <summary>A mixture of one component.</summary>
    OneComponent,

    /// <summary>A mixture of two components.</summary>
    TwoComponents,

    /// <summary>A mixture of three components.</summary>
    ThreeComponents,

    /// <summary>A mixture of four components.</summary>
    FourComponents,

    /// <summary>A mixture of one to four components, as the job's criterion chooses.</summary>
    ChosenComponents,
}
