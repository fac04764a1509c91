using S2M.Coordinator.Tests.Simulation;
using S2M.Coordinator.Training;
using S2M.Data.Sampling;
using S2M.Numerics.Averaging;
using S2M.Numerics.Optimizers;
using S2M.Specification;

namespace S2M.Coordinator.Tests.Training;

public sealed class TrainingLoopTests
{
    [Fact]
    public async Task RunAsync_FreshState_MakesEveryStepOnce()
    {
        var observer = new RecordingObserver();
        var job = new SimulatedJob();

        TrainingState state = await job.RunAsync(new MemoryStore(), observer);

        state.Snapshot.Version.ShouldBe(6);
        state.Optimizer.StepCount.ShouldBe(6);
        observer.Steps.Select(step => step.Record.Step).ShouldBe(Enumerable.Range(1, 6));
        observer.Steps.ShouldAllBe(step => step.Episodes == 5);
        state.History.Steps.ShouldBe(observer.Steps.Select(step => step.Record));
        var schedule = new LearningRateSchedule(0.05, 2, 6, cosine: true);
        observer.Steps.Select(step => step.Record.LearningRate).ShouldBe(Enumerable.Range(0, 6).Select(schedule.At));
    }

    [Fact]
    public async Task RunAsync_Step_ReportsTheMeansOfItsLeaves()
    {
        var job = new SimulatedJob();
        EpisodeSum[] leaves = [.. Enumerable.Range(0, 5).Select(
            index => job.Executor.Compute(job.Executor.Definition.Initial, new EpisodeAddress(1, EpisodePhase.Training, 0, index)))];

        TrainingState state = await job.RunAsync(new MemoryStore());

        StepRecord first = state.History.Steps[0];
        first.Loss.ShouldBe(leaves.Average(leaf => leaf.Metrics[0]), 1e-12);
        first.Accuracy.ShouldBe((0 + 1 + 2 + 0 + 1) / 20.0);
        state.History.ZeroDescriptors.ShouldBe(30);
        state.History.FlatHistograms.ShouldBe(60);
    }

    [Fact]
    public async Task RunAsync_MetricsInAnotherOrder_AreFoundByName()
    {
        TrainingState expected = await new SimulatedJob().RunAsync(new MemoryStore());
        var job = new SimulatedJob { Executor = new QuadraticExecutor { MetricNames = ["flat_histograms", "queries", "of_another_kind", "loss", "zero_descriptors", "hits"] } };

        TrainingState state = await job.RunAsync(new MemoryStore());

        state.History.Steps.ShouldBe(expected.History.Steps);
        (state.History.ZeroDescriptors, state.History.FlatHistograms).ShouldBe((30, 60));
    }

    [Fact]
    public async Task RunAsync_NetworkWithoutAMetric_IsRefusedBeforeTheFirstStep()
    {
        var store = new MemoryStore();
        var job = new SimulatedJob { Executor = new QuadraticExecutor { MetricNames = ["loss", "hits", "zero_descriptors", "flat_histograms"] } };

        (await Should.ThrowAsync<CoordinatorException>(() => job.RunAsync(store))).Message
            .ShouldBe("network: expected a metric 'queries', got loss, hits, zero_descriptors, flat_histograms; workers must build the job's own network");
        store.Published.ShouldBeEmpty();
    }

    [Fact]
    public async Task RunAsync_ManySteps_Learns()
    {
        var job = new SimulatedJob
        {
            Specification = SimulatedJob.Specify(new TrainingSpecification { Steps = 200, EpisodesPerStep = 5, CheckpointEvery = 100, ValidateEvery = 0 }),
        };

        TrainingState state = await job.RunAsync(new MemoryStore());

        state.History.Steps.TakeLast(20).Average(step => step.Loss).ShouldBeLessThan(0.8 * state.History.Steps.Take(5).Average(step => step.Loss));
    }

    [Theory]
    [InlineData(OptimizerKind.Adam)]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Sgd)]
    public async Task RunAsync_AnyWayOfSharing_GivesTheSameBits(OptimizerKind kind)
    {
        JobSpecification specification = SimulatedJob.Specify(
            new TrainingSpecification { Steps = 6, EpisodesPerStep = 11, CheckpointEvery = 2, ValidateEvery = 0 },
            new OptimizerSpecification { Kind = kind, LearningRate = 0.05, WarmUpSteps = 2, WeightDecay = 0.01 });
        Func<EpisodeAddress, bool> absent = address => (address.Step + address.Index) % 7 == 3;
        string expected = (await new SimulatedJob { Specification = specification, Executor = new QuadraticExecutor { IsAbsent = absent } }.RunAsync(new MemoryStore())).Hash();

        for (ulong sharing = 0; sharing < 20; sharing++)
        {
            var job = new SimulatedJob { Specification = specification, Executor = new QuadraticExecutor { IsAbsent = absent, Sharing = sharing } };
            (await job.RunAsync(new MemoryStore())).Hash().ShouldBe(expected);
        }
    }

    [Fact]
    public async Task RunAsync_RunningStatistics_TakeTheMomentumOnceAStep()
    {
        var job = new SimulatedJob();
        var store = new MemoryStore();
        float[] expected = [.. job.Executor.Definition.Initial.Buffers];

        TrainingState state = await job.RunAsync(store);

        for (int step = 0; step < 6; step++)
        {
            EpisodeSum[] leaves = [.. Enumerable.Range(0, 5).Select(
            index => job.Executor.Compute(job.Executor.Definition.Initial, new EpisodeAddress(1, EpisodePhase.Training, step, index)))];
            float[] mean = [.. FixedTree.Sum(leaves).Values[^QuadraticExecutor.Buffers..].Select(value => value / 5)];
            expected = [.. expected.Zip(mean, (running, newest) => ((1f - 0.1f) * running) + (0.1f * newest))];
        }

        state.Snapshot.Buffers.ShouldBe(expected);
    }

    [Theory]
    [InlineData(7, 3, new[] { 3, 6, 7 })]
    [InlineData(6, 3, new[] { 3, 6 })]
    [InlineData(5, 0, new[] { 5 })]
    [InlineData(2, 9, new[] { 2 })]
    public async Task RunAsync_Cadence_ValidatesEverySoManyStepsAndAtTheEnd(int steps, int every, int[] expected)
    {
        var observer = new RecordingObserver();
        var job = new SimulatedJob { Specification = SimulatedJob.Specify(new TrainingSpecification { Steps = steps, ValidateEvery = every, CheckpointEvery = 100 }) };

        TrainingState state = await job.RunAsync(new MemoryStore(), observer);

        observer.Validations.Select(validation => validation.Step).ShouldBe(expected);
        state.History.Validations.ShouldBe(observer.Validations);
        observer.Validations[^1].Accuracy.ShouldBe(state.Snapshot.Parameters[0], "the newest version is validated");
    }

    [Theory]
    [InlineData(5, 2, new[] { 2, 4, 5 })]
    [InlineData(4, 2, new[] { 2, 4 })]
    [InlineData(3, 100, new[] { 3 })]
    public async Task RunAsync_Cadence_KeepsACheckpointEverySoManyStepsAndAtTheEnd(int steps, int every, int[] expected)
    {
        var observer = new RecordingObserver();
        var job = new SimulatedJob { Specification = SimulatedJob.Specify(new TrainingSpecification { Steps = steps, ValidateEvery = 2, CheckpointEvery = every }) };

        await job.RunAsync(new MemoryStore(), observer);

        observer.Checkpoints.ShouldBe(expected);
    }

    [Fact]
    public async Task RunAsync_CheckpointOfAStep_HoldsItsValidation()
    {
        var store = new MemoryStore();
        var job = new SimulatedJob { Specification = SimulatedJob.Specify(new TrainingSpecification { Steps = 4, ValidateEvery = 2, CheckpointEvery = 2 }) };

        await job.RunAsync(store);

        store.Published.Select(one => one.History.Validations[^1].Step).ShouldBe(store.Published.Select(one => one.Version));
    }

    [Fact]
    public async Task RunAsync_LaterSteps_LeaveEarlierHistoriesAsTheyWere()
    {
        var store = new MemoryStore();

        TrainingState state = await new SimulatedJob().RunAsync(store);

        foreach ((int version, _, TrainingHistory history) in store.Published)
        {
            history.Steps.Count.ShouldBe(version);
            history.Steps.ShouldBe(state.History.Steps.Take(version));
            Should.Throw<ArgumentOutOfRangeException>(() => history.Steps[version]);
        }
    }

    [Fact]
    public async Task RunAsync_ManySteps_AllocatesInProportionToThem()
    {
        // Everything completes at once, so that the whole run is on this thread. Copying the history at each step would take 1.6 GB.
        var job = new SimulatedJob
        {
            Specification = SimulatedJob.Specify(new TrainingSpecification { Steps = 20_000, EpisodesPerStep = 1, CheckpointEvery = 20_000, ValidateEvery = 0 }),
        };

        long before = GC.GetAllocatedBytesForCurrentThread();
        Task<TrainingState> run = job.RunAsync(new MemoryStore());
        run.IsCompletedSuccessfully.ShouldBeTrue();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        allocated.ShouldBeLessThan(400_000_000);
        (await run).History.Steps.Count.ShouldBe(20_000);
    }
}
