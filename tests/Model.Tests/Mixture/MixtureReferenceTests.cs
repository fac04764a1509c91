using System.Text.Json;
using S2M.Model.Mixture;
using S2M.Numerics.Mixtures;

namespace S2M.Model.Tests.Mixture;

/// <summary>The fit against scikit-learn's, from the same start: tests/reference/mixture.py made the numbers.</summary>
public sealed class MixtureReferenceTests
{
    private const double Tolerance = 1e-10;

    // The slowest of them needs more than a fit may take.
    private const int MostSteps = 5000;
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private static readonly Reference Numbers = JsonSerializer.Deserialize<Reference>(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "reference", "mixture.json")), Options)!;

    public static TheoryData<string> Names => [.. Numbers.Cases.Select(static known => known.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void FitFrom_ReferenceStart_EndsWhereScikitLearnEnds(string name)
    {
        Case known = Numbers.Cases.Single(candidate => candidate.Name == name);

        MixtureSolution solution = MixtureFit.FitFrom(known.Support, known.Size, known.Start, new MixtureRegularizer(known.Eps), MostSteps).ShouldNotBeNull();

        solution.Status.ShouldBe(FitStatus.Converged);
        GaussianMixture mixture = solution.Mixture;
        mixture.Components.ShouldBe(known.Components);
        Furthest(mixture.MixingWeights, known.Weights).ShouldBeLessThan(Tolerance);
        Furthest(mixture.Means, known.Means).ShouldBeLessThan(Tolerance);
        Furthest(mixture.Variances, known.Variances).ShouldBeLessThan(Tolerance);
        double[] densities = new double[known.Support.Length / known.Size];
        mixture.LogDensities(known.Support, densities);
        densities.Sum().ShouldBe(known.LogLikelihood, Tolerance * Math.Abs(known.LogLikelihood));
        solution.LowerBound.ShouldBe(known.LogLikelihood, Tolerance * Math.Abs(known.LogLikelihood));
    }

    // Descriptors are of unit size, so that the error is relative to their spread; variances far below are held to their own size.
    private static double Furthest(ReadOnlySpan<double> got, double[] expected)
    {
        got.Length.ShouldBe(expected.Length);
        double furthest = 0;
        for (int at = 0; at < expected.Length; at++)
        {
            furthest = Math.Max(furthest, Math.Abs(got[at] - expected[at]));
        }

        return furthest;
    }

    private sealed record Reference(Case[] Cases);

    private sealed record Case(
        string Name, int Size, double Eps, double[] Support, int Components, double[] Start, double[] Weights, double[] Means, double[] Variances, double LogLikelihood);
}
