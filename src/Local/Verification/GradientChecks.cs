using S2M.Model.Losses;
using S2M.Specification;

namespace S2M.Local.Verification;

/// <summary>The head's gradient, from the loss through the fit and the normalisation to raw descriptors, eps and T, against central differences in float64.</summary>
internal static class GradientChecks
{
    private const double Tolerance = 1e-6;
    private const int Bins = 12;

    private static readonly (int Concepts, int Examples, int Queries, int Size)[] Shapes = [(2, 1, 5, 4), (3, 2, 2, 5), (3, 5, 3, 6), (5, 1, 2, 3), (4, 4, 2, 8)];

    /// <summary>Runs the checks.</summary>
    internal static IEnumerable<Check> Run()
    {
        foreach (bool gauss in new[] { true, false })
        {
            string head = gauss ? "gauss" : "nearest mean";
            yield return Compare($"gradient: {head}, n-way", gauss, GroupLosses.Create(new LossSpecification { Kind = LossKind.NWay }));
            foreach (HistogramVariant variant in Enum.GetValues<HistogramVariant>())
            {
                GroupLoss loss = GroupLosses.Create(new LossSpecification { Kind = LossKind.Histogram, Variant = variant, Bins = Bins });
                yield return Compare($"gradient: {head}, {variant.ToString().ToLowerInvariant()}", gauss, loss);
            }
        }
    }

    private static Check Compare(string name, bool gauss, GroupLoss loss)
        => new(name, Shapes.Length, Shapes.Max(shape => new GradientCase(shape.Concepts, shape.Examples, shape.Queries, shape.Size, gauss, loss).RelativeError()), Tolerance);
}
