using S2M.Coordinator.Training;
using S2M.Specification;

namespace S2M.Coordinator.Checkpoints;

/// <summary>Why a checkpoint is kept; none of them, and it goes.</summary>
[Flags]
internal enum CheckpointUses
{
    /// <summary>For no reason: it goes.</summary>
    None = 0,

    /// <summary>It is version 0, which the canary is computed with.</summary>
    FirstVersion = 1,

    /// <summary>It is among the newest.</summary>
    Newest = 2,

    /// <summary>It is the best on validation.</summary>
    Best = 4,

    /// <summary>Its step is a multiple of <c>training.keep.every</c>.</summary>
    Periodic = 8,
}

/// <summary>The choice of the checkpoints that are kept: functions of nothing but what is there, what validations gave, and what the job asks for.</summary>
internal static class CheckpointRetention
{
    /// <summary>Why each checkpoint is kept.</summary>
    /// <param name="checkpoints">Epoch and step of each, in any order, none twice.</param>
    /// <param name="validations">Validations so far, in any order; those of steps without a checkpoint do not count, nor those that are not a number.</param>
    /// <param name="keep">What the job asks for.</param>
    /// <returns>In the order of the checkpoints; <see cref="CheckpointUses.None"/> for those that go.</returns>
    internal static IReadOnlyList<CheckpointUses> UsesOf(
        IReadOnlyList<(long Epoch, int Step)> checkpoints, IReadOnlyList<ValidationRecord> validations, KeepSpecification keep)
    {
        // By epoch before step: behind damaged ones of an earlier loop, the new ones of this loop are the newest, though their steps are lower.
        (long Epoch, int Step)[] trained = [.. checkpoints.Where(checkpoint => checkpoint.Step > 0).OrderBy(checkpoint => checkpoint.Epoch).ThenBy(checkpoint => checkpoint.Step)];
        HashSet<(long, int)> newest = [.. trained.TakeLast(keep.Last)];

        // A step that was written by several loops has the same bits in each; the last one is known to be whole.
        Dictionary<int, long> lastOfStep = trained.GroupBy(checkpoint => checkpoint.Step).ToDictionary(same => same.Key, same => same.Max(checkpoint => checkpoint.Epoch));
        int best = keep.Best
            ? validations.Where(validation => lastOfStep.ContainsKey(validation.Step) && !double.IsNaN(validation.Accuracy))
                .OrderByDescending(validation => validation.Accuracy).ThenBy(validation => validation.Step).FirstOrDefault()?.Step ?? 0
            : 0;

        return [.. checkpoints.Select(checkpoint =>
        {
            bool isLastOfStep = lastOfStep.TryGetValue(checkpoint.Step, out long last) && last == checkpoint.Epoch;
            return (checkpoint.Step == 0 ? CheckpointUses.FirstVersion : CheckpointUses.None)
                | (newest.Contains(checkpoint) ? CheckpointUses.Newest : CheckpointUses.None)
                | (isLastOfStep && checkpoint.Step == best ? CheckpointUses.Best : CheckpointUses.None)
                | (isLastOfStep && keep.Every > 0 && checkpoint.Step % keep.Every == 0 ? CheckpointUses.Periodic : CheckpointUses.None);
        })];
    }

    /// <summary>
    /// What loops that were killed or lost their job left behind: places of earlier epochs that no row names. A row comes about only while the job has the row's own
    /// epoch, so behind the beginning of an epoch no place of an earlier one gets one, whoever still writes there. Of the epoch itself and of later ones nothing is
    /// chosen: their checkpoints are written before they are named.
    /// </summary>
    /// <param name="places">Epoch and step of all that lies in the store, whole or not.</param>
    /// <param name="checkpoints">Epoch and step of all rows, read since the epoch was begun.</param>
    /// <param name="epoch">The epoch of the loop that asks.</param>
    /// <returns>In the order of the places.</returns>
    internal static IReadOnlyList<(long Epoch, int Step)> LostOf(
        IReadOnlyList<(long Epoch, int Step)> places, IReadOnlyList<(long Epoch, int Step)> checkpoints, long epoch)
        => [.. places.Where(place => place.Epoch < epoch && !checkpoints.Contains(place))];
}
