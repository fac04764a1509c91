using CsCheck;
using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Training;
using S2M.Specification;

namespace S2M.Coordinator.Tests.Checkpoints;

/// <summary>What is kept: each rule by example, and what must hold of every history.</summary>
public sealed class CheckpointRetentionTests
{
    private static readonly Gen<KeepSpecification> Policies =
        Gen.Select(Gen.Int[1, 5], Gen.Bool, Gen.Int[0, 4], (last, best, every) => new KeepSpecification { Last = last, Best = best, Every = every });

    private static readonly Gen<(long, int)[]> Checkpoints =
        Gen.Select(Gen.Long[1, 3], Gen.Int[0, 12]).Array[0, 20].Select(all => all.Distinct().ToArray());

    private static readonly Gen<ValidationRecord[]> Validations =
        Gen.Select(Gen.Int[0, 12], Gen.OneOf(Gen.Int[0, 3].Select(accuracy => accuracy / 4.0), Gen.Const(double.NaN))).Array[0, 12]
            .Select(all => all.DistinctBy(one => one.Item1).Select(one => new ValidationRecord(one.Item1, one.Item2)).ToArray());

    [Fact]
    public void UsesOf_Defaults_KeepVersion0TheNewestThreeAndTheBest()
        => Uses([(1, 0), (1, 1), (1, 2), (1, 3), (1, 4), (1, 5)], [new(2, 0.5), new(4, 0.4)], new()).ShouldBe(
            [CheckpointUses.FirstVersion, CheckpointUses.None, CheckpointUses.Best, CheckpointUses.Newest, CheckpointUses.Newest, CheckpointUses.Newest]);

    [Fact]
    public void UsesOf_EqualAccuracies_KeepTheFirst()
        => Uses([(1, 1), (1, 2), (1, 3)], [new(2, 0.5), new(1, 0.5), new(3, double.NaN)], new() { Last = 1 }).ShouldBe(
            [CheckpointUses.Best, CheckpointUses.None, CheckpointUses.Newest]);

    [Fact]
    public void UsesOf_BestStepHasNoCheckpoint_KeepsTheBestThatHasOne()
        => Uses([(1, 1), (1, 3), (1, 4)], [new(2, 0.9), new(1, 0.5)], new() { Last = 1 }).ShouldBe([CheckpointUses.Best, CheckpointUses.None, CheckpointUses.Newest]);

    [Fact]
    public void UsesOf_Every_KeepsMultiplesForEver()
        => Uses([(1, 2), (1, 3), (1, 4), (1, 5)], [], new() { Last = 1, Every = 2 }).ShouldBe(
            [CheckpointUses.Periodic, CheckpointUses.None, CheckpointUses.Periodic, CheckpointUses.Newest]);

    [Fact]
    public void UsesOf_LoopThatBeganBeforeDamagedOnes_KeepsItsOwnAsTheNewest()
        => Uses([(1, 5), (1, 6), (2, 3), (2, 4)], [], new() { Last = 2 }).ShouldBe([CheckpointUses.None, CheckpointUses.None, CheckpointUses.Newest, CheckpointUses.Newest]);

    [Fact]
    public void UsesOf_SameStepOfTwoLoops_KeepsTheLaterOneAsBestAndPeriodic()
        => Uses([(1, 4), (2, 4), (2, 5)], [new(4, 1)], new() { Last = 1, Every = 4 }).ShouldBe(
            [CheckpointUses.None, CheckpointUses.Best | CheckpointUses.Periodic, CheckpointUses.Newest]);

    [Fact]
    public void UsesOf_AnyHistory_KeepsWhatEachRuleSaysAndNothingElse()
        => Gen.Select(Checkpoints, Validations, Policies).Sample((checkpoints, validations, keep) =>
        {
            IReadOnlyList<CheckpointUses> uses = Uses(checkpoints, validations, keep);

            uses.Count.ShouldBe(checkpoints.Length);
            for (int i = 0; i < checkpoints.Length; i++)
            {
                ((long Epoch, int Step) one, CheckpointUses use) = (checkpoints[i], uses[i]);
                int newer = checkpoints.Count(other => other.Item2 > 0 && other.CompareTo(one) > 0);
                bool isLast = !checkpoints.Any(other => other.Item2 == one.Step && other.Item1 > one.Epoch);
                ValidationRecord[] valid = [.. validations.Where(validation => validation.Step > 0 && checkpoints.Any(other => other.Item2 == validation.Step))];
                double own = validations.FirstOrDefault(validation => validation.Step == one.Step)?.Accuracy ?? double.NaN;
                bool isFirstOfEquals = !Array.Exists(valid, validation => validation.Step < one.Step && validation.Accuracy.Equals(own));

                use.HasFlag(CheckpointUses.FirstVersion).ShouldBe(one.Step == 0);
                use.HasFlag(CheckpointUses.Newest).ShouldBe(one.Step > 0 && newer < keep.Last);
                use.HasFlag(CheckpointUses.Periodic).ShouldBe(one.Step > 0 && keep.Every > 0 && one.Step % Math.Max(1, keep.Every) == 0 && isLast);
                use.HasFlag(CheckpointUses.Best).ShouldBe(
                    keep.Best && one.Step > 0 && isLast && !double.IsNaN(own) && isFirstOfEquals && !Array.Exists(valid, other => other.Accuracy > own));
            }
        });

    [Fact]
    public void UsesOf_OrderOfWhatIsGiven_ChangesNothing()
        => Gen.Select(Checkpoints, Validations, Policies).Sample((checkpoints, validations, keep) =>
            Uses([.. checkpoints.Reverse()], [.. validations.Reverse()], keep).Reverse().ShouldBe(Uses(checkpoints, validations, keep)));

    [Fact]
    public void UsesOf_StepByStep_NeverGoesWhatIsTheBestAtTheEnd()
        => Gen.Select(Gen.Int[0, 3].Select(accuracy => accuracy / 4.0).Array[1, 20], Policies).Sample((accuracies, keep) =>
        {
            var there = new List<(long, int)> { (1, 0) };
            var validations = new List<ValidationRecord>();
            for (int step = 1; step <= accuracies.Length; step++)
            {
                there.Add((1, step));
                validations.Add(new ValidationRecord(step, accuracies[step - 1]));
                IReadOnlyList<CheckpointUses> uses = Uses(there, validations, keep);
                there = [.. there.Where((_, i) => uses[i] != CheckpointUses.None)];
                there.ShouldContain((1, 0));
                there.ShouldContain((1, step), "the pointer's");
                Uses(there, validations, keep).ShouldNotContain(CheckpointUses.None, "what is kept is kept again");
            }

            if (keep.Best)
            {
                there.ShouldContain((1, Array.IndexOf(accuracies, accuracies.Max()) + 1));
            }
        });

    [Fact]
    public void LostOf_AnyPlacesAndRows_IsWhatEarlierEpochsLeftWithoutARow()
        => Gen.Select(Checkpoints, Checkpoints, Gen.Long[1, 4]).Sample((places, rows, epoch) =>
        {
            IReadOnlyList<(long Epoch, int Step)> lost = CheckpointRetention.LostOf(places, rows, epoch);

            foreach ((long Epoch, int Step) place in places)
            {
                lost.Contains(place).ShouldBe(place.Epoch < epoch && Array.IndexOf(rows, place) < 0);
            }

            lost.ShouldBeSubsetOf(places);
        });

    private static IReadOnlyList<CheckpointUses> Uses(IReadOnlyList<(long Epoch, int Step)> checkpoints, IReadOnlyList<ValidationRecord> validations, KeepSpecification keep)
        => CheckpointRetention.UsesOf(checkpoints, validations, keep);
}
