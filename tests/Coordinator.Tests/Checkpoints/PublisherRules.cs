using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Tests.Jobs;
using S2M.Specification;

namespace S2M.Coordinator.Tests.Checkpoints;

/// <summary>What decides in a <see cref="PublisherWorld"/>: the code in service and the rows' compare-and-swaps, or broken ones.</summary>
internal sealed record PublisherRules
{
    internal static PublisherRules Real { get; } = new();

    internal Func<CheckpointPublication, PublicationEvent, (CheckpointPublication Next, IReadOnlyList<PublicationEffect> Effects)> Next { get; init; }
        = static (state, happened) => state.On(happened);

    /// <summary>A loop's first publication, before anything is asked for.</summary>
    internal CheckpointPublication First { get; init; } = CheckpointPublication.Idle with { IsFirst = true };

    internal Func<IReadOnlyList<(long Epoch, int Step)>, KeepSpecification, IEnumerable<(long Epoch, int Step)>> Old { get; init; } = static (rows, keep) =>
    {
        IReadOnlyList<CheckpointUses> uses = CheckpointRetention.UsesOf(rows, [], keep);
        return rows.Where((_, i) => uses[i] == CheckpointUses.None);
    };

    internal Func<IReadOnlyList<(long Epoch, int Step)>, IReadOnlyList<(long Epoch, int Step)>, long, IEnumerable<(long Epoch, int Step)>> Lost { get; init; }
        = CheckpointRetention.LostOf;

    internal Func<ModelRow, long, int, (ModelRow Row, bool Was)> Publish { get; init; } = static (row, epoch, step) => row.Publish(epoch, step);

    internal Func<ModelRow, long, IEnumerable<(long Epoch, int Step)>, (ModelRow Row, bool Was)> Forget { get; init; } = static (row, epoch, old) => row.Forget(epoch, old);

    /// <summary>Where a checkpoint's files go.</summary>
    internal Func<(long Epoch, int Step), (long Epoch, int Step)> PlaceOf { get; init; } = static checkpoint => checkpoint;

    /// <summary>Whether a loop that goes on believes a checkpoint.</summary>
    internal Func<ModelBlob, bool> Believes { get; init; } = static blob => blob.IsWhole;

    /// <summary>A swap of the pointer that does not compare.</summary>
    internal static (ModelRow Row, bool Was) PublishAlways(ModelRow row, long epoch, int step) => (row with
    {
        Record = row.Record with { CheckpointEpoch = epoch, CheckpointStep = step },
        Checkpoints = row.Checkpoints.Add((epoch, step)),
    }, true);

    /// <summary>A swap of the pointer that stores no row.</summary>
    internal static (ModelRow Row, bool Was) PublishWithoutRow(ModelRow row, long epoch, int step)
        => row.Publish(epoch, step) is var (moved, was) ? (moved with { Checkpoints = row.Checkpoints }, was) : default;

    /// <summary>The code in service, which in one phase takes one event for another.</summary>
    internal static PublisherRules Misheard(PublicationPhase phase, PublicationEvent one, PublicationEvent other) => Real with
    {
        Next = (state, happened) => state.On(state.Phase == phase && happened == one ? other : happened),
    };

    /// <summary>The code in service, with each effect in the other's place.</summary>
    internal static PublisherRules Exchanged(PublicationEffect one, PublicationEffect other) => Real with
    {
        Next = (state, happened) => state.On(happened) is var (next, effects)
            ? (next, [.. effects.Select(effect => effect == one ? other : effect == other ? one : effect)])
            : default,
    };
}
