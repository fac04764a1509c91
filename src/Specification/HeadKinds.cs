namespace S2M.Specification;

/// <summary>What the kinds of heads are.</summary>
public static class HeadKinds
{
    /// <summary>The most components of any head.</summary>
    public const int Most = 4;

    /// <summary>Support images that a component needs: fewer images have fewer components, at least one.</summary>
    public const int ImagesPerComponent = 3;

    /// <summary>The word of job files, such as <c>gmm2</c>.</summary>
    /// <param name="head">The head.</param>
    public static string Word(this HeadKind head) => SpecificationJson.Word(head);

    /// <summary>The name in prose, such as <c>Set2Model-GMM2</c>.</summary>
    /// <param name="head">The head.</param>
    public static string Title(this HeadKind head) => head switch
    {
        HeadKind.Gauss => "Set2Model-Gauss",
        HeadKind.AdaGmm => "Set2Model-AdaGMM",
        HeadKind.NearestMean => "nearest class mean",
        _ => $"Set2Model-GMM{head.MostComponents()}",
    };

    /// <summary>The number of components, where it is chosen the most; a support set below three images a component gets fewer.</summary>
    /// <param name="head">The head.</param>
    public static int MostComponents(this HeadKind head) => head switch
    {
        HeadKind.Gmm2 => 2,
        HeadKind.Gmm3 => 3,
        HeadKind.Gmm4 or HeadKind.AdaGmm => Most,
        _ => 1,
    };

    /// <summary>Whether the number of components is chosen for each support set, from 1 to <see cref="MostComponents"/>.</summary>
    /// <param name="head">The head.</param>
    public static bool ChoosesComponents(this HeadKind head) => head == HeadKind.AdaGmm;

    /// <summary>Whether there can be more than one component, so that the fit iterates.</summary>
    /// <param name="head">The head.</param>
    public static bool IsMixture(this HeadKind head) => head.MostComponents() > 1;
}
