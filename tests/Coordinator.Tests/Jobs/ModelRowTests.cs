using CsCheck;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Storage;
using S2M.Coordinator.Tests.Storage;

namespace S2M.Coordinator.Tests.Jobs;

/// <summary>The model that interleavings are walked over is the store: the same operations give the same answers and the same row.</summary>
public sealed class ModelRowTests : IDisposable
{
    private static readonly Gen<JobState> State = Gen.Enum<JobState>();

    private static readonly Gen<Operation> Any = Gen.Select(
        Gen.Enum<Kind>(),
        Gen.Frequency((4, Gen.Const(0L)), (1, Gen.Long[-1, 1])),
        Gen.Frequency((3, Gen.Const((JobState?)null)), (1, State.Select(state => (JobState?)state))),
        Gen.Frequency((2, Gen.Const(JobState.Running)), (2, Gen.Const(JobState.Queued)), (3, State)),
        Gen.Int[0, 2],
        (kind, epoch, from, to, number) => new Operation(kind, epoch, from, to, number));

    private readonly StoreScene _scene = new();
    private int _jobs;

    private enum Kind
    {
        Move,
        Begin,
        Finish,
        Wait,
        Publish,
        Forget,
    }

    public void Dispose() => _scene.Dispose();

    [Fact]
    public Task Operations_OnTheModelAndOnTheStore_AreTheSame() => Any.Array[1, 25].SampleAsync(SameAsync, iter: 60, threads: 1);

    private async Task SameAsync(Operation[] operations)
    {
        NewJob job = StoredJobs.Describe($"model-{Interlocked.Increment(ref _jobs)}");
        ModelRow model = ModelRow.Submitted;
        await _scene.Store.AddAsync(job, StoredJobs.Noon, CancellationToken.None);
        foreach (Operation operation in operations)
        {
            (ModelRow next, long? expected) = operation.Apply(model);
            (await operation.ApplyAsync(_scene.Store, job.Id, model.Record)).ShouldBe(expected, operation.ToString());
            model = next;
            Seen((await _scene.Store.FindAsync(job.Id, CancellationToken.None)).ShouldNotBeNull()).ShouldBe(Seen(model.Record), operation.ToString());
        }

        (await _scene.Store.CheckpointsAsync(job.Id, CancellationToken.None)).Select(one => (one.Epoch, one.Step)).Order().ShouldBe(model.Checkpoints);
        (await _scene.Store.TransitionsAsync(job.Id, CancellationToken.None)).Select(one => (one.Sequence, one.From, one.To))
            .ShouldBe(model.Transitions.Select((one, i) => (i + 1, one.From, one.To)));
    }

    private static (JobState, long, string, string, long, int, string) Seen(JobRecord row)
        => (row.State, row.Epoch, row.Owner, row.WaitsFor, row.CheckpointEpoch, row.CheckpointStep, row.ParametersHash);

    /// <summary>One write; the epoch is relative to the row's, and no state to move from is the row's own.</summary>
    private sealed record Operation(Kind Kind, long Epoch, JobState? From, JobState To, int Number)
    {
        private string Text => Number == 0 ? string.Empty : $"text {Number}";

        private JobState End => JobTransitions.IsEnd(To) ? To : JobState.Succeeded;

        internal (ModelRow Row, long? Answer) Apply(ModelRow row)
        {
            long epoch = row.Record.Epoch + Epoch;
            return Kind switch
            {
                Kind.Move => Answer(row.Move(From ?? row.Record.State, To)),
                Kind.Begin => row.Begin(epoch, $"silo {Number}"),
                Kind.Finish => Answer(row.Finish(epoch, End, Text)),
                Kind.Wait => Answer(row.SetWait(epoch, Text)),
                Kind.Publish => Answer(row.Publish(epoch, Number)),
                _ => Answer(row.Forget(epoch, [(row.Record.Epoch, Number), (row.Record.Epoch - 1, Number)])),
            };
        }

        internal async Task<long?> ApplyAsync(JobStore store, string id, JobRecord row)
        {
            long epoch = row.Epoch + Epoch;
            return Kind switch
            {
                Kind.Move => Count(await store.MoveAsync(id, From ?? row.State, To, "why", "ada", StoredJobs.Noon, CancellationToken.None)),
                Kind.Begin => await store.BeginEpochAsync(id, epoch, $"silo {Number}", StoredJobs.Noon, CancellationToken.None),
                Kind.Finish => Count(await store.FinishAsync(id, epoch, End, "why", Text, StoredJobs.Noon, CancellationToken.None)),
                Kind.Wait => Count(await store.SetWaitAsync(id, epoch, Text, StoredJobs.Noon, CancellationToken.None)),
                Kind.Publish => Count(await store.PublishCheckpointAsync(id, Row(epoch), CancellationToken.None)),
                _ => Count(await store.ForgetCheckpointsAsync(id, epoch, [Row(row.Epoch), Row(row.Epoch - 1)], CancellationToken.None)),
            };

            static long? Count(bool was) => was ? 1 : 0;

            CheckpointRecord Row(long of) => new(of, Number, "hash", 1, StoredJobs.Noon);
        }

        private static (ModelRow, long?) Answer((ModelRow Row, bool Was) done) => (done.Row, done.Was ? 1 : 0);
    }
}
