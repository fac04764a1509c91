using System.Text.Json;
using S2M.Coordinator.Evaluation.Sets;
using S2M.Data;
using S2M.Numerics.Statistics;

namespace S2M.Coordinator.Tests.Evaluation.Sets;

public sealed class SetComparisonTests
{
    private const double Tolerance = 1e-12;

    [Fact]
    public void Of_KnownPrecisions_GivesPooledMeansAndDifferences()
    {
        var comparison = SetComparison.Of([Run(2, 0.1), Run(1)], []);

        comparison.TrainingSeeds.ShouldBe([1ul, 2]);
        (comparison.Head, comparison.Against, comparison.EvaluationSeed).ShouldBe(("adagmm", null, 7ul));
        ComparedKind kind = comparison.Kinds.ShouldHaveSingleItem();
        (kind.Modes, kind.Weights, kind.NoisePercent, kind.NoiseKind, kind.Support, kind.Episodes).ShouldBe((2, "balanced", 30, "scattered", 15, 2));
        kind.Lines.Select(line => line.Head).ShouldBe(["adagmm", "k1", "nearest_neighbor", "true_modes"]);
        kind.Against.ShouldBeEmpty();

        // Seed 1 has .6 and .8, seed 2 the same plus .1; the others lie below or above them by the same in every set of every seed.
        kind.Lines.Select(line => line.MeanAveragePrecision).ShouldBe([0.75, 0.35, 0.55, 0.85], Tolerance);
        kind.Lines[0].OwnMinus.ShouldBeNull();
        ShouldBeWithoutWidth(kind.Lines[1].OwnMinus!, 0.4);
        ShouldBeWithoutWidth(kind.Lines[2].OwnMinus!, 0.2);
        ShouldBeWithoutWidth(kind.Lines[3].OwnMinus!, -0.1);
        (kind.Lines[2].OwnMinus!.IsBetter, kind.Lines[3].OwnMinus!.IsNotWorse).ShouldBe((true, false));
        (kind.Lines[0].AdjustedRandIndex, kind.Lines[0].MeanComponents).ShouldBe((0.5, 2.5));
        (kind.Lines[1].AdjustedRandIndex, kind.Lines[1].MeanComponents).ShouldBe((null, null));
    }

    [Fact]
    public void Of_LineBetweenOneGaussianAndTrueModes_HasItsShareOfTheWay()
    {
        IReadOnlyList<ComparedLine> lines = SetComparison.Of([Run(1), Run(2)], []).Kinds[0].Lines;

        lines[0].Recovered!.Mean.ShouldBe(0.8, Tolerance);
        lines[0].Recovered!.Low.ShouldBe(0.8, Tolerance);
        lines[2].Recovered!.Mean.ShouldBe(0.4, Tolerance);
        lines[1].Recovered.ShouldBeNull();
        lines[3].Recovered.ShouldBeNull();
    }

    [Fact]
    public void Of_JobOfOneGaussian_IsItsOwnFloor()
    {
        SetRun run = Run(1) with { Sets = [Line("gauss", [0.2, 0.4]), Line("k2", [0.5, 0.7]), Line("true_modes", [0.6, 0.8])] };

        IReadOnlyList<ComparedLine> lines = SetComparison.Of([run], []).Kinds[0].Lines;

        lines[0].Recovered.ShouldBeNull();
        lines[1].Recovered!.Mean.ShouldBe(0.75, Tolerance);
    }

    [Fact]
    public void Of_TrueModesNoBetterThanOneGaussian_HasNoShare()
    {
        SetRun run = Run(1) with { Sets = [Line("gauss", [0.2, 0.4]), Line("k2", [0.5, 0.7]), Line("true_modes", [0.2, 0.5])] };

        SetComparison.Of([run], []).Kinds[0].Lines[1].Recovered.ShouldBeNull();
    }

    [Fact]
    public void Of_SeedsThatDiffer_WidenTheIntervalThatSetsAloneWouldNot()
    {
        SetRun second = Run(2) with { Sets = [Line("adagmm", [0.9, 1]), Line("true_modes", [0.6, 0.7])] };
        SetRun first = second with { TrainingSeed = 1, Sets = [Line("adagmm", [0.7, 0.8]), Line("true_modes", [0.6, 0.7])] };

        PairedDifference difference = SetComparison.Of([first, second], []).Kinds[0].Lines[1].OwnMinus!;

        difference.Mean.ShouldBe(0.2, Tolerance);
        difference.Low.ShouldBe(0.1, Tolerance);
        difference.High.ShouldBe(0.3, Tolerance);
    }

    [Fact]
    public void Of_OtherRuns_AreComparedByTheirHeadAndTheirNearestNeighborOnTheSameSets()
    {
        SetRun[] others =
        [
            .. new ulong[] { 2, 1 }.Select(seed => Run(seed) with
            {
                Sets = [Line("gauss", [0.3, 0.5]), Line("k2", [0.5, 0.7]), Line("nearest_neighbor", [0.55, 0.75]), Line("true_modes", [0.7, 0.9])],
            }),
        ];

        var comparison = SetComparison.Of([Run(1), Run(2)], others);

        comparison.Against.ShouldBe("gauss");
        IReadOnlyList<ComparedLine> against = comparison.Kinds[0].Against;
        against.Select(line => line.Head).ShouldBe(["gauss", "nearest_neighbor"]);
        ShouldBeWithoutWidth(against[0].OwnMinus!, 0.3);
        ShouldBeWithoutWidth(against[1].OwnMinus!, 0.05);
        against[1].Recovered!.Mean.ShouldBe(0.625, Tolerance);
    }

    [Fact]
    public void Of_RunsThatDoNotBelongTogether_SaysWhichAndWhy()
    {
        Refusal(Run(1) with { Folder = "again" }).ShouldBe("run 'again': expected a training seed that no other run beside it has, got 1 as 'run-1'; leave one of the two out");
        Refusal(Run(2) with { DataVersion = "glyphs@2" })
            .ShouldBe("run 'run-2': data_version: expected glyphs@1, as run 'run-1' has, got glyphs@2; compare runs of one version of the data");
        Refusal(Run(1) with { DataVersion = "omniglot@1" }).ShouldContain("data_version: expected glyphs@1");
        Refusal(Run(2) with { SplitHash = "ff" }).ShouldBe("run 'run-2': split_hash: expected aa, as run 'run-1' has, got ff; compare runs of one split");
        Refusal(Run(2) with { NumericContract = "numerics 2" }).ShouldContain("numeric_contract: expected numerics 3, as run 'run-1' has, got numerics 2");
        Refusal(Run(2) with { EvaluationSeed = 8 }).ShouldBe("run 'run-2': evaluation seed: expected 7, as run 'run-1' has, got 8; compare runs with the same evaluation.seed");
        Refusal(Run(2) with { Sets = [Line("adagmm", [1])] })
            .ShouldContain("episodes 2, as run 'run-1' has, got modes 2, weights balanced, noise 30 % scattered, support 15, episodes 1;");
        Refusal(Run(2) with { Sets = [.. Run(2).Sets, Line("adagmm", [1, 1]) with { Modes = 3 }] }).ShouldContain("sets: expected no more");
        Refusal(Run(2) with { Sets = [Line("gauss", [1, 1])] }).ShouldContain("lines: expected adagmm, as run 'run-1' has, got gauss; give runs of one job");

        static string Refusal(SetRun second) => Should.Throw<DataException>(() => SetComparison.Of([Run(1), second], [])).Message;
    }

    [Fact]
    public void Of_OtherRunsWithOtherSeedsOrSets_AreRefused()
    {
        Should.Throw<DataException>(() => SetComparison.Of([Run(1), Run(2)], [Run(1)])).Message
            .ShouldBe("--against: expected runs with the training seeds 1, 2, as the others have, got 1; give one run for each seed on both sides");
        Should.Throw<DataException>(() => SetComparison.Of([Run(1)], [Run(1) with { EvaluationSeed = 8 }])).Message.ShouldContain("evaluation seed: expected 7");
    }

    [Fact]
    public void ToJson_IsWhatProgramsRead()
    {
        JsonElement comparison = JsonDocument.Parse(SetComparison.Of([Run(1)], []).ToJson()).RootElement;

        comparison.GetProperty("training_seeds")[0].GetInt32().ShouldBe(1);
        JsonElement line = comparison.GetProperty("kinds")[0].GetProperty("lines")[1];
        line.GetProperty("own_minus").GetProperty("is_better").GetBoolean().ShouldBeTrue();
        line.GetProperty("recovered").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    private static void ShouldBeWithoutWidth(PairedDifference difference, double expected)
    {
        difference.Mean.ShouldBe(expected, Tolerance);
        difference.Low.ShouldBe(expected, Tolerance);
        difference.High.ShouldBe(expected, Tolerance);
    }

    /// <summary>A run of two sets of one kind.</summary>
    private static SetRun Run(ulong seed, double more = 0) => new(
        $"run-{seed}",
        "glyphs@1",
        "aa",
        "numerics 3",
        7,
        seed,
        [
            Line("adagmm", [0.6 + more, 0.8 + more]) with { AdjustedRandIndex = seed - 1, MeanComponents = 1 + seed },
            Line("k1", [0.2 + more, 0.4 + more]),
            Line("nearest_neighbor", [0.4 + more, 0.6 + more]),
            Line("true_modes", [0.7 + more, 0.9 + more]),
        ]);

    private static SetResult Line(string head, double[] precisions)
        => new("test", head, 2, "balanced", 30, "scattered", 15, precisions.Length, precisions.Average(), new Interval(0, 0, 0), null, null, null, precisions);
}
