using S2M.Model.Mixture;
using S2M.Numerics.Mixtures;

namespace S2M.Model.Tests.Mixture;

/// <summary>Each way a fit can end has its own count.</summary>
public sealed class FitTallyTests
{
    private const double Moving = 1e-3;

    [Theory]
    [InlineData(FitStatus.Converged, 0, new[] { 0, 0, 0 })]
    [InlineData(FitStatus.IterationLimit, Moving, new[] { 1, 0, 0 })]
    [InlineData(FitStatus.Collapsed, 0, new[] { 0, 1, 0 })]
    [InlineData(FitStatus.TooFewExamples, 0, new[] { 0, 0, 1 })]
    public void Add_Fits_AreCountedByHowTheyEnded(FitStatus status, double residual, int[] each)
    {
        var tally = new FitTally();

        tally.Add(Solution(2, status, residual));
        tally.Add(Solution(3, status, residual));
        tally.AddRidge();

        (tally.Fits, tally.Components, tally.Ridges, tally.Checks).ShouldBe((2, 5, 1, 0));
        new[] { tally.IterationLimits, tally.Collapsed, tally.TooFewExamples }.ShouldBe([.. each.Select(static count => 2 * count)]);
        tally.Counts.ShouldBe([2, 5, tally.IterationLimits, tally.Collapsed, tally.TooFewExamples, 1, 0, 0]);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(FitTally.LargestError, 0)]
    [InlineData(1.5e-5, 1)]
    [InlineData(double.NaN, 1)]
    public void AddCheck_AnyError_FailsOnlyAboveTheLargest(double error, int failed)
    {
        var tally = new FitTally();

        tally.AddCheck(error);
        tally.AddCheck(error);

        (tally.Checks, tally.FailedChecks).ShouldBe((2, 2 * failed));
    }

    private static MixtureSolution Solution(int components, FitStatus status, double residual)
    {
        double[] each = [.. Enumerable.Repeat(1.0, components)];
        return new MixtureSolution
        {
            Mixture = new GaussianMixture(each, each, each),
            Responsibilities = each,
            Counts = each,
            Start = each,
            Status = status,
            Requested = components,
            Iterations = 1,
            NewtonSteps = 0,
            Residual = residual,
            LowerBound = 0,
            LogLikelihood = 0,
            SmallestVariance = 1,
        };
    }
}
