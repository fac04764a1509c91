using CsCheck;
using S2M.Model.Mixture;
using S2M.Numerics.Randomness;

namespace S2M.Model.Tests.Mixture;

/// <summary>Starts against the methods they are named after, written out.</summary>
public sealed class MixtureStartTests
{
    private const uint Purpose = 4715;

    [Fact]
    public void Choose_FarthestFirst_IsTheMethodWrittenOut()
        => Gen.Select(Gen.Int[4, 20], Gen.Int[1, 5], Gen.Int[1, 4], Gen.ULong).Sample(
            (rows, size, components, seed) =>
            {
                double[][] support = Centered(rows, size, seed);

                int[] chosen = MixtureStart.Searched(1).Choose(Flat(support), size, components, isNoisy: false).Single();

                chosen.ShouldBe(FarthestFirst(support, components));
            },
            iter: 300);

    // Rows that have two others near, as a component needs, two thirds of all; where these are fewer than components, all.
    [Fact]
    public void Choose_NoisyRows_AreLeftOut()
        => Gen.Select(Gen.Int[4, 20], Gen.Int[1, 3], Gen.Int[1, 4], Gen.ULong).Sample(
            (rows, size, components, seed) =>
            {
                double[][] support = Centered(rows, size, seed);
                int[] dense = [.. Enumerable.Range(0, rows)
                    .OrderBy(row => support.Select(other => Distance(support[row], other)).Order().ElementAt(2))
                    .Take((int)Math.Ceiling(rows * 2 / 3.0))
                    .Order()];
                int[] expected = dense.Length < components
                    ? FarthestFirst(support, components)
                    : [.. FarthestFirst([.. dense.Select(row => support[row])], components).Select(at => dense[at])];

                int[] chosen = MixtureStart.Searched(1).Choose(Flat(support), size, components, isNoisy: true).Single();

                chosen.ShouldBe(expected);
            },
            iter: 300);

    // k-means++: the first mean is any row, each other one a row with the probability of its squared distance to the nearest before it.
    [Fact]
    public void Choose_Seeded_DrawsByTheSquaredDistance()
    {
        const int draws = 20_000;
        double[] support = [0, 1, 3, 7];
        Dictionary<(int, int, int), int> counts = [];
        for (ulong seed = 0; seed < draws; seed++)
        {
            int[] rows = MixtureStart.Seeded(seed).Choose(support, 1, 3, isNoisy: false).Single();
            counts[(rows[0], rows[1], rows[2])] = counts.GetValueOrDefault((rows[0], rows[1], rows[2])) + 1;
        }

        double chiSquared = 0;
        int cells = 0;
        for (int first = 0; first < 4; first++)
        {
            for (int second = 0; second < 4; second++)
            {
                for (int third = 0; third < 4; third++)
                {
                    double expected = draws / 4.0 * Share(second, [first]) * Share(third, [first, second]);
                    int count = counts.GetValueOrDefault((first, second, third));
                    if (expected == 0)
                    {
                        count.ShouldBe(0);
                        continue;
                    }

                    cells++;
                    chiSquared += (count - expected) * (count - expected) / expected;
                }
            }
        }

        // Of 23 degrees of freedom, its 99.9 % quantile (any table of the distribution).
        (cells, chiSquared < 49.73).ShouldBe((24, true), $"{chiSquared}");

        double Share(int row, int[] before)
        {
            double[] nearest = [.. support.Select(value => before.Min(other => (value - support[other]) * (value - support[other])))];
            return nearest[row] / nearest.Sum();
        }
    }

    [Fact]
    public void Choose_Searched_FarthestFirstThenDrawsThatFollowFromTheRows()
    {
        double[][] support = Centered(20, 3, 5);
        double[][] other = Centered(20, 3, 6);

        int[][] starts = [.. MixtureStart.Searched(6).Choose(Flat(support), 3, 3, isNoisy: false)];

        starts.Length.ShouldBe(6);
        starts[0].ShouldBe(FarthestFirst(support, 3));
        starts.Select(static rows => string.Join(' ', rows)).Distinct(StringComparer.Ordinal).Count().ShouldBe(6);
        starts.ShouldAllBe(static rows => rows.Distinct().Count() == 3);
        MixtureStart.Searched(6).Choose(Flat(support), 3, 3, isNoisy: false).ShouldBe(starts);

        // The first draw weighs nothing: with the same seed it would be the same row.
        MixtureStart.Searched(6).Choose(Flat(other), 3, 3, isNoisy: false).Skip(1).Select(static rows => rows[0]).ShouldNotBe(starts.Skip(1).Select(static rows => rows[0]));
        MixtureStart.Searched(3).Choose(Flat(support), 3, 3, isNoisy: false).ShouldBe(starts[..3]);
    }

    [Fact]
    public void Order_Searched_IsByValuesAndSeededAsTheyStand()
    {
        double[] support = [1, 0, -1, 5, 1, -2, -1, 4];

        MixtureStart.Searched().Order(support, 2).ShouldBe([3, 1, 2, 0]);
        MixtureStart.Seeded(9).Order(support, 2).ShouldBe([0, 1, 2, 3]);
    }

    [Fact]
    public void Searched_NoStart_IsRefused()
        => Should.Throw<Set2ModelException>(static () => MixtureStart.Searched(0)).Message.ShouldContain("candidates: expected at least 1, got 0");

    private static int[] FarthestFirst(double[][] support, int components)
    {
        double[] origin = new double[support[0].Length];
        List<int> chosen = [Enumerable.Range(0, support.Length).MinBy(row => Distance(support[row], origin))];
        while (chosen.Count < components)
        {
            chosen.Add(Enumerable.Range(0, support.Length).MaxBy(row => chosen.Min(other => Distance(support[row], support[other]))));
        }

        return [.. chosen];
    }

    // About their mean, as starts are given them.
    private static double[][] Centered(int rows, int size, ulong seed)
    {
        var random = new PhiloxRandom(seed, Purpose);
        (double[] centered, _) = MixtureEstimate.Center([.. Enumerable.Range(0, rows * size).Select(_ => random.NextNormal())], size);
        return [.. centered.Chunk(size)];
    }

    private static double[] Flat(double[][] rows) => [.. rows.SelectMany(static row => row)];

    private static double Distance(double[] left, double[] right) => left.Zip(right, static (a, b) => (a - b) * (a - b)).Sum();
}
