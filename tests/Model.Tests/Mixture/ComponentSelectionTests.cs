using S2M.Model.Mixture;
using S2M.Numerics.Randomness;
using S2M.Specification;

namespace S2M.Model.Tests.Mixture;

/// <summary>The number of components: eq. 40 of docs/maths.md, written out.</summary>
public sealed class ComponentSelectionTests
{
    private const int Rows = 24;
    private const int Most = 4;

    private static readonly MixtureRegularizer Regularizer = new(1e-2, 1, 0.05, 1);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    [InlineData(3, 3)]
    public void Choose_ModesFarApart_IsTheSmallestCriterionOfAllFits(int size, int modes)
    {
        double[] support = Draw(size, modes);
        foreach (ComponentCriterion rule in Enum.GetValues<ComponentCriterion>())
        {
            ChosenFit chosen = ComponentSelection.Choose(support, size, Most, Regularizer, MixtureStart.Searched(), rule);

            double[] expected = [.. Enumerable.Range(1, Most).Select(components => Criterion(support, size, components, rule))];
            chosen.Criteria.Length.ShouldBe(Most);
            chosen.Criteria.Zip(expected, (got, wanted) => Math.Abs(got - wanted)).Max().ShouldBeLessThan(1e-9);
            chosen.Solution.Mixture.Components.ShouldBe(1 + Array.IndexOf(expected, expected.Min()), rule.ToString());
        }
    }

    [Fact]
    public void Choose_FewExamples_TriesAsManyAsTheyCarry()
    {
        for (int rows = 1; rows <= 2 * Most; rows++)
        {
            ComponentSelection.Choose(Draw(2, 1).AsSpan(0, 2 * rows), 2, Most, Regularizer, MixtureStart.Searched(), ComponentCriterion.Means)
                .Criteria.Length.ShouldBe(MixtureFit.Carried(rows, Most));
        }
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(3, 0)]
    public void Choose_NoValuesOrNoComponents_AreRefused(int size, int most)
        => Should.Throw<Set2ModelException>(() => ComponentSelection.Choose(new double[3], size, most, Regularizer, MixtureStart.Searched(), ComponentCriterion.Means))
            .Message.ShouldContain($"got {size} and {most}");

    private static double Criterion(double[] support, int size, int components, ComponentCriterion rule)
    {
        MixtureSolution fit = MixtureFit.Fit(support, size, components, Regularizer, MixtureStart.Searched());
        int left = fit.Mixture.Components;
        double cost = rule switch
        {
            ComponentCriterion.Slides => 2.0 * left * size * Math.Log(Rows),
            ComponentCriterion.Means => ((left * size) + left) * Math.Log(Rows),
            _ => 2.0 * ((left * size) + left),
        };
        return cost - (2 * fit.LogLikelihood);
    }

    private static double[] Draw(int size, int modes)
    {
        var random = new PhiloxRandom(31, RandomPurpose.Initialization, (uint)((10 * size) + modes));
        return [.. Enumerable.Range(0, Rows * size).Select(at => (9.0 * (at / size % modes)) + random.NextNormal())];
    }
}
