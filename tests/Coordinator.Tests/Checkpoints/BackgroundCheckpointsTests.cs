using System.Threading.Channels;
using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Tests.Simulation;
using S2M.Coordinator.Training;
using S2M.Numerics.Parameters;
using S2M.Specification;

namespace S2M.Coordinator.Tests.Checkpoints;

/// <summary>Checkpoints that are written while a loop goes on.</summary>
public sealed class BackgroundCheckpointsTests
{
    private readonly SimulatedJob _job = new();
    private readonly RecordingObserver _observer = new();

    [Fact]
    public async Task RunAsync_StoreIsSlow_StepsGoOnToTheSecondUnpublishedCheckpointAndNoFurther()
    {
        var store = new GatedStore();
        Task<TrainingState> run = _job.RunAsync(store, _observer, token: TestContext.Current.CancellationToken);

        foreach (int published in (int[])[1, 2, 3])
        {
            await store.ReachesAsync(published);
            run.IsCompleted.ShouldBeFalse();
            store.Asked.ShouldBe(published, "one is in flight");
            _observer.Steps.Count.ShouldBe(published + 1, "the next step was made, and its checkpoint waits");
            _observer.Checkpoints.Count.ShouldBe(published - 1);
            store.Open();
        }

        foreach (int published in (int[])[4, 5, 6])
        {
            await store.ReachesAsync(published);
            store.Open();
        }

        (await run).Hash().ShouldBe((await _job.RunAsync(new MemoryStore())).Hash());
        _observer.Checkpoints.ShouldBe([1, 2, 3, 4, 5, 6]);
    }

    [Fact]
    public async Task RunAsync_Stopped_WaitsForTheOneInFlightAndThenForItsOwn()
    {
        using var stop = new CancellationTokenSource();
        var store = new GatedStore();
        Task<TrainingState> run = _job.RunAsync(store, _observer, token: stop.Token);
        await store.ReachesAsync(1);
        await stop.CancelAsync();

        run.IsCompleted.ShouldBeFalse();
        store.Open();
        await store.ReachesAsync(2);
        run.IsCompleted.ShouldBeFalse();
        while (!run.IsCompleted)
        {
            store.Open();
            await Task.Yield();
        }

        await Should.ThrowAsync<OperationCanceledException>(() => run);
        _observer.Checkpoints[^1].ShouldBe(_observer.Steps.Count, "the last whole step");
    }

    [Fact]
    public async Task RunAsync_PublicationFails_EndsTheLoopWithItsError()
    {
        var store = new GatedStore();
        Task<TrainingState> run = _job.RunAsync(store, _observer, token: TestContext.Current.CancellationToken);
        await store.ReachesAsync(1);

        store.Fail(new CoordinatorException("no room"));

        (await Should.ThrowAsync<CoordinatorException>(() => run)).Message.ShouldBe("no room");
        store.Asked.ShouldBe(1);
    }

    [Fact]
    public async Task PublishAsync_NetworkOfLargeVectors_WaitsForItsOwnPublication()
    {
        const int Large = (64 << 20) / sizeof(float);
        var layout = new ParameterLayout([new("weight", [Large])]);
        var definition = new NetworkDefinition(layout, new ParameterLayout([]), 4, [], new ParameterSnapshot(0, new float[Large], []));
        var store = new GatedStore();
        var checkpoints = new BackgroundCheckpoints(store, _observer);

        Task published = checkpoints.PublishAsync(new TrainingState(definition, new OptimizerSpecification { Kind = OptimizerKind.Sgd }));
        await store.ReachesAsync(1);

        published.IsCompleted.ShouldBeFalse();
        store.Open();
        await published;
        _observer.Checkpoints.ShouldBe([0]);
    }

    [Fact]
    public async Task Copy_StateIsSteppedOn_HoldsWhatWasThere()
    {
        TrainingState state = _job.Begin();
        var store = new CopyingStore(_job.Identity);

        await _job.RunAsync(store, state: state, token: TestContext.Current.CancellationToken);

        foreach ((CheckpointContent atOnce, Func<CheckpointContent> later) in store.Copies)
        {
            CheckpointContent afterwards = later();
            afterwards.Manifest.ShouldBe(atOnce.Manifest);
            afterwards.Files.Zip(atOnce.Files).ShouldAllBe(pair => pair.First.Bytes.SequenceEqual(pair.Second.Bytes));
        }

        store.Copies.Count.ShouldBe(6);
    }

    /// <summary>Publishes when it is told to.</summary>
    private sealed class GatedStore : ICheckpointStore
    {
        private readonly Channel<int> _asked = Channel.CreateUnbounded<int>();
        private TaskCompletionSource<string> _gate = new();
        private int _reached;

        internal int Asked { get; private set; }

        public Task<string> PublishAsync(TrainingState state)
        {
            Asked++;
            _gate = new TaskCompletionSource<string>();
            _asked.Writer.TryWrite(Asked);
            return _gate.Task;
        }

        internal async Task ReachesAsync(int count)
        {
            for (; _reached < count; _reached++)
            {
                await _asked.Reader.ReadAsync(TestContext.Current.CancellationToken);
            }
        }

        internal void Open() => _gate.TrySetResult("there");

        internal void Fail(Exception problem) => _gate.TrySetException(problem);
    }

    /// <summary>Makes each checkpoint twice: at once, and whenever it is asked for.</summary>
    private sealed class CopyingStore(CheckpointIdentity identity) : ICheckpointStore
    {
        internal List<(CheckpointContent AtOnce, Func<CheckpointContent> Later)> Copies { get; } = [];

        public Task<string> PublishAsync(TrainingState state)
        {
            Copies.Add((CheckpointContent.Copy(state, identity)(), CheckpointContent.Copy(state, identity)));
            return Task.FromResult("there");
        }
    }
}
