using System.Collections.Immutable;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Tests.Storage;

namespace S2M.Coordinator.Tests.Jobs;

/// <summary>A job's row and its compare-and-swaps, as values: what <see cref="IJobStore"/> says of one job.</summary>
/// <param name="Record">The row.</param>
/// <param name="Transitions">What it was moved from and to; the first one is number 1.</param>
internal sealed record ModelRow(JobRecord Record, ImmutableList<(JobState? From, JobState To)> Transitions)
{
    /// <summary>Epoch and step of the checkpoints' rows.</summary>
    internal ImmutableSortedSet<(long Epoch, int Step)> Checkpoints { get; init; } = [];

    internal static ModelRow Submitted { get; } = new(
        new JobRecord(StoredJobs.Describe("model"), JobState.Queued, string.Empty, StoredJobs.Noon, StoredJobs.Noon),
        [(null, JobState.Queued)]);

    internal (ModelRow Row, bool Was) Move(JobState from, JobState to)
        => Record.State == from
            ? (this with { Record = Record with { State = to, Owner = string.Empty, WaitsFor = string.Empty }, Transitions = Transitions.Add((from, to)) }, true)
            : (this, false);

    internal (ModelRow Row, long? Epoch) Begin(long epoch, string owner)
        => Record.State == JobState.Running && Record.Epoch == epoch
            ? (this with { Record = Record with { Epoch = epoch + 1, Owner = owner } }, epoch + 1)
            : (this, null);

    internal (ModelRow Row, bool Was) Finish(long epoch, JobState to, string hash)
        => Record.State == JobState.Running && Record.Epoch == epoch && Record.Owner.Length > 0
            ? (this with
            {
                Record = Record with { State = to, WaitsFor = string.Empty, ParametersHash = to == JobState.Succeeded ? hash : Record.ParametersHash },
                Transitions = Transitions.Add((JobState.Running, to)),
            }, true)
            : (this, false);

    internal (ModelRow Row, bool Was) SetWait(long epoch, string waitsFor)
        => Record.Epoch == epoch && JobTransitions.IsActive(Record.State) ? (this with { Record = Record with { WaitsFor = waitsFor } }, true) : (this, false);

    internal (ModelRow Row, bool Was) Publish(long epoch, int step)
        => Record.Epoch == epoch
            ? (this with { Record = Record with { CheckpointEpoch = epoch, CheckpointStep = step }, Checkpoints = Checkpoints.Add((epoch, step)) }, true)
            : (this, false);

    internal (ModelRow Row, bool Was) Forget(long epoch, IEnumerable<(long Epoch, int Step)> checkpoints)
        => Record.Epoch == epoch
            ? (this with { Checkpoints = Checkpoints.Except(checkpoints.Where(one => one != (Record.CheckpointEpoch, Record.CheckpointStep))) }, true)
            : (this, false);
}
