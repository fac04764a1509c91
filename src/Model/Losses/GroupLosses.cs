using S2M.Specification;

namespace S2M.Model.Losses;

/// <summary>The losses a job can name.</summary>
public static class GroupLosses
{
    /// <summary>Builds a job's loss.</summary>
    /// <param name="specification">Kind, form, bins.</param>
    /// <exception cref="Set2ModelException">A value is out of its range.</exception>
    public static GroupLoss Create(LossSpecification specification) => (specification.Kind, specification.Variant) switch
    {
        (LossKind.NWay, _) => new NWayLoss(),
        (_, HistogramVariant.Published) => new PublishedHistogramLoss(specification.Bins),
        (_, HistogramVariant variant) => new LinearHistogramLoss(specification.Bins, variant == HistogramVariant.Midpoint),
    };
}
