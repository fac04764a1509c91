using S2M.Data;
using S2M.Numerics.Statistics;

namespace S2M.Coordinator.Evaluation.Sets;

/// <summary>Runs of one job that differ in the training seed alone, in the order of their seeds.</summary>
internal sealed class SetRunGroup
{
    private readonly SetRun[] _runs;

    /// <summary>Checks that the runs belong together.</summary>
    /// <param name="runs">At least one.</param>
    /// <exception cref="DataException">Two have the same training seed, or other sets, lines, data, split or evaluation seed.</exception>
    internal SetRunGroup(IReadOnlyList<SetRun> runs)
    {
        _runs = [.. runs.OrderBy(run => run.TrainingSeed)];
        foreach ((SetRun run, SetRun next) in _runs.Zip(_runs.Skip(1)))
        {
            RequireSameSets(run, next);
            Require(run, next, "lines", LinesOf(run), LinesOf(next), "give runs of one job, and those of another head with --against");
            if (run.TrainingSeed == next.TrainingSeed)
            {
                throw new DataException(
                    $"run '{next.Folder}': expected a training seed that no other run beside it has, got {next.TrainingSeed} as '{run.Folder}'; leave one of the two out");
            }
        }
    }

    /// <summary>Any of them: what they have in common.</summary>
    internal SetRun First => _runs[0];

    /// <summary>The name of the job's head: its line stands first.</summary>
    internal string Head => First.Sets[0].Head;

    /// <summary>Their training seeds, ascending.</summary>
    internal IReadOnlyList<ulong> Seeds => [.. _runs.Select(run => run.TrainingSeed)];

    /// <summary>The figures of each line of a kind, in the order of the file.</summary>
    /// <param name="kind">Any figure of the kind.</param>
    internal IReadOnlyList<SetLine> LinesOf(SetResult kind) =>
    [
        .. First.Sets.Where(set => KindOf(set) == KindOf(kind))
            .Select(line => new SetLine(line.Head, [.. _runs.Select(run => run.Sets.Single(set => set.Head == line.Head && KindOf(set) == KindOf(kind)))])),
    ];

    /// <summary>Checks that another group measured the same sets with the same training seeds.</summary>
    /// <param name="other">The other group.</param>
    /// <exception cref="DataException">It did not.</exception>
    internal void RequireComparable(SetRunGroup other)
    {
        RequireSameSets(First, other.First);
        if (!Seeds.SequenceEqual(other.Seeds))
        {
            throw new DataException(
                $"--against: expected runs with the training seeds {string.Join(", ", Seeds)}, as the others have, got {string.Join(", ", other.Seeds)}; "
                + "give one run for each seed on both sides");
        }
    }

    private static void RequireSameSets(SetRun run, SetRun other)
    {
        Require(run, other, "data_version", [run.DataVersion], [other.DataVersion], "compare runs of one version of the data");
        Require(run, other, "split_hash", [run.SplitHash], [other.SplitHash], "compare runs of one split");
        Require(run, other, "evaluation seed", [$"{run.EvaluationSeed}"], [$"{other.EvaluationSeed}"], "compare runs with the same evaluation.seed");
        Require(run, other, "numeric_contract", [run.NumericContract], [other.NumericContract], "compare runs of one build on like machines");
        Require(run, other, "sets", KindsOf(run), KindsOf(other), "compare runs with the same evaluation.sets");
    }

    /// <summary>Compares two lists, so that the message has the first difference alone.</summary>
    private static void Require(SetRun run, SetRun other, string name, string[] expected, string[] got, string remedy)
    {
        for (int i = 0; i < Math.Max(expected.Length, got.Length); i++)
        {
            string left = expected.ElementAtOrDefault(i) ?? "no more";
            string right = got.ElementAtOrDefault(i) ?? "no more";
            if (left != right)
            {
                throw new DataException($"run '{other.Folder}': {name}: expected {left}, as run '{run.Folder}' has, got {right}; {remedy}");
            }
        }
    }

    private static (int Modes, string Weights, int NoisePercent, string NoiseKind) KindOf(SetResult set) => (set.Modes, set.Weights, set.NoisePercent, set.NoiseKind);

    private static string[] KindsOf(SetRun run) =>
    [
        .. run.Sets
            .Select(set => $"modes {set.Modes}, weights {set.Weights}, noise {set.NoisePercent} % {set.NoiseKind}, support {set.Support}, episodes {set.Episodes}")
            .Distinct(StringComparer.Ordinal),
    ];

    private static string[] LinesOf(SetRun run) => [.. run.Sets.Select(set => set.Head)];
}

/// <summary>A line of one kind of set over the training seeds.</summary>
/// <param name="Head">Its name.</param>
/// <param name="Results">Its figures, one for each seed.</param>
internal sealed record SetLine(string Head, IReadOnlyList<SetResult> Results)
{
    /// <summary>For each seed the precision of each set; the class is the number of the set.</summary>
    internal IReadOnlyList<IReadOnlyList<ClassTally>> Precisions { get; } =
        [.. Results.Select(result => (IReadOnlyList<ClassTally>)[.. result.Precisions.Select((precision, index) => new ClassTally(index, precision, 1))])];
}
