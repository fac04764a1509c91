using S2M.Numerics.Portable;
using S2M.Specification;

namespace S2M.Model.Mixture;

/// <summary>Chooses the number of components of a concept by an information criterion (docs/maths.md, eq. 40).</summary>
public static class ComponentSelection
{
    /// <summary>Fits 1 to K components, as many as the examples carry, and takes the best; the smallest among equals.</summary>
    /// <param name="support">x, shape (N, D), row-major.</param>
    /// <param name="size">D.</param>
    /// <param name="most">The most components, at least 1.</param>
    /// <param name="regularizer">eps, nu, s0, a: those that predict well, since the likelihood is compared.</param>
    /// <param name="start">Where fits begin.</param>
    /// <param name="rule">The criterion.</param>
    /// <exception cref="Set2ModelException">An argument is out of its range.</exception>
    public static ChosenFit Choose(ReadOnlySpan<double> support, int size, int most, MixtureRegularizer regularizer, MixtureStart start, ComponentCriterion rule)
    {
        if (size < 1 || most < 1)
        {
            throw new Set2ModelException($"size, most: expected at least 1 value and at least 1 component, got {size} and {most}; correct them");
        }

        int rows = support.Length / size;
        int carried = MixtureFit.Carried(rows, most);
        double[] criteria = new double[carried];
        MixtureSolution? best = null;
        double lowest = double.PositiveInfinity;
        for (int components = 1; components <= carried; components++)
        {
            MixtureSolution solution = MixtureFit.Fit(support, size, components, regularizer, start);
            criteria[components - 1] = Criterion(rows, size, solution, rule);
            if (best is null || criteria[components - 1] < lowest)
            {
                (best, lowest) = (solution, criteria[components - 1]);
            }
        }

        return new ChosenFit(best!, criteria);
    }

    private static double Criterion(int rows, int size, MixtureSolution solution, ComponentCriterion rule)
    {
        double components = solution.Mixture.Components;
        double means = (components * size) + components;
        double cost = rule switch
        {
            ComponentCriterion.Slides => 2 * components * size * PortableMath.Log(rows),
            ComponentCriterion.Means => means * PortableMath.Log(rows),
            _ => 2 * means,
        };
        return cost - (2 * solution.LogLikelihood);
    }
}
