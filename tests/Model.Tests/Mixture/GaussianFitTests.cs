using S2M.Data.Catalogs;
using S2M.Data.Sampling;
using S2M.Model.Mixture;
using S2M.Numerics.Mixtures;
using TorchSharp;
using static TorchSharp.torch;

namespace S2M.Model.Tests.Mixture;

public sealed class GaussianFitTests
{
    private const int Images = 14;
    private const int Size = 6;
    private static readonly int[] Queries = [3, 4, 6, 7, 8, 9, 0];

    [Theory]
    [InlineData(0.04)]
    [InlineData(null)]
    public void Fit_AnySupport_DensitiesAreThoseOfTraining(double? offset)
    {
        using DisposeScope scope = NewDisposeScope();
        double[] pool = [.. Enumerable.Range(0, Images * Size).Select(i => Math.Sin(1.3 + (i * i * 0.71)) * 0.6)];
        var group = new EpisodeGroup(
            [new Concept(new ConceptId(0, 0), [0, 1, 2], [3, 4]), new Concept(new ConceptId(1, 0), [5], [6, 7])], [8, 9, 0]);
        Tensor tensor = torch.tensor(pool, [Images, Size], ScalarType.Float64);
        var tensors = new GroupTensors(group);
        double[] expected = new DiagonalGaussians(tensor, tensors, offset).Score(tensor.index_select(0, tensors.QueryRows_Q)).LogDensities_CQ.data<double>().ToArray();

        double[] queries = [.. Queries.SelectMany(row => pool[(row * Size)..((row + 1) * Size)])];
        double[] got = new double[expected.Length];
        for (int concept = 0; concept < group.Concepts.Count; concept++)
        {
            GaussianFit.Fit(pool, Size, group.Concepts[concept].Support, offset).LogDensities(queries, got.AsSpan(concept * Queries.Length, Queries.Length));
        }

        got.Zip(expected, (a, b) => Math.Abs(a - b) / Math.Max(1, Math.Abs(b))).Max().ShouldBeLessThan(1e-13);
    }

    [Fact]
    public void Fit_IdenticalExamples_VarianceIsTheOffset()
    {
        double[] pool = new double[Images * Size];
        Array.Fill(pool, 0.25);

        GaussianMixture gaussian = GaussianFit.Fit(pool, Size, [0, 3, 5], 0.04);

        gaussian.Variances.ToArray().ShouldAllBe(variance => variance == 0.04);
        double[] density = new double[1];
        gaussian.LogDensities(pool.AsSpan(0, Size), density);
        density[0].ShouldBe(-0.5 * Size * (Math.Log(0.04) + Math.Log(2 * Math.PI)), 1e-12);
    }

    [Fact]
    public void Fit_WhatCannotBeFitted_IsRefused()
    {
        Refusal([0, 1], 1, [], null).ShouldContain("support: expected at least 1 row");
        Refusal([0, 1], 0, [0], null).ShouldContain("got 1 of 0");
        Refusal([0, 1], 1, [0], 0).ShouldContain("a variance offset above 0, got 1 of 1 and 0");
        Refusal([0, 1], 1, [0], double.PositiveInfinity).ShouldContain("a variance offset above 0");
        Refusal([double.NaN, 1], 1, [0], null).ShouldContain("support: expected finite values");

        static string Refusal(double[] pool, int size, int[] support, double? offset)
            => Should.Throw<Set2ModelException>(() => GaussianFit.Fit(pool, size, support, offset)).Message;
    }
}
