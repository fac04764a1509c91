using S2M.Coordinator.Tests.Simulation;
using S2M.Coordinator.Training;
using S2M.Data.Sampling;
using S2M.Numerics.Averaging;
using S2M.Specification;

namespace S2M.Coordinator.Tests.Training;

public sealed class NonFiniteTests : IDisposable
{
    private static readonly OptimizerSpecification PlainDescent = new() { Kind = OptimizerKind.Sgd, Momentum = 0, LearningRate = 0.5, WarmUpSteps = 0, CosineDecay = false };
    private readonly string _folder = Directory.CreateTempSubdirectory("s2m-absent-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task RunAsync_AbsentEpisodes_AreLeftOutOfTheMeanAndCounted()
    {
        var executor = new QuadraticExecutor { IsAbsent = address => address.Index is 0 or 3 };
        var observer = new RecordingObserver();
        var job = new SimulatedJob { Specification = Specify(steps: 1, budget: 2), Executor = executor };
        float[] initial = executor.Definition.Initial.Parameters;
        EpisodeSum sum = FixedTree.Sum([.. Enumerable.Range(0, 4).Select(
            index => executor.Compute(executor.Definition.Initial, new EpisodeAddress(1, EpisodePhase.Training, 0, index)))]);

        TrainingState state = await job.RunAsync(new MemoryStore(), observer);

        sum.Present.ShouldBe(2);
        observer.Steps.Single().Episodes.ShouldBe(2);
        state.History.AbsentEpisodes.ShouldBe(2);
        state.Snapshot.Parameters[..^1].ShouldBe(initial[..^1].Zip(sum.Values, (value, gradient) => value - (0.5f * (gradient / 2))));
        state.Snapshot.Parameters[^1].ShouldBe(initial[^1] - (5f * (sum.Values[initial.Length - 1] / 2)), "its learning rate is ten times as large");
    }

    [Fact]
    public async Task RunAsync_StepWithoutAnyEpisode_MovesNothingAndIsSeen()
    {
        var observer = new RecordingObserver();
        var store = new MemoryStore();
        var job = new SimulatedJob { Specification = Specify(steps: 3, budget: 4), Executor = new QuadraticExecutor { IsAbsent = address => address.Step == 1 } };

        TrainingState state = await job.RunAsync(store, observer);

        observer.Steps.Select(step => (step.Record.Step, step.Episodes)).ShouldBe([(1, 4), (2, 0), (3, 4)]);
        observer.Steps.Select(step => double.IsNaN(step.Record.Loss) && double.IsNaN(step.Record.Accuracy)).ShouldBe([false, true, false]);
        state.History.Steps.ShouldBe(observer.Steps.Select(step => step.Record));
        store.Published[1].Hash.ShouldBe(store.Published[0].Hash);
        state.Optimizer.StepCount.ShouldBe(2);
        state.Snapshot.Version.ShouldBe(3);
    }

    [Fact]
    public async Task RunAsync_StepWithoutAnyEpisode_SurvivesTheCheckpoint()
    {
        var job = new SimulatedJob { Specification = Specify(steps: 3, budget: 4), Executor = new QuadraticExecutor { IsAbsent = address => address.Step == 2 } };
        TrainingState state = await job.RunAsync(job.Open(_folder));
        TrainingState restored = job.Begin();

        job.Open(_folder).Restore(restored);

        restored.History.Steps.ShouldBe(state.History.Steps);
        double.IsNaN(restored.History.Steps[^1].Loss).ShouldBeTrue();
    }

    [Fact]
    public async Task RunAsync_MoreAbsentThanTheBudget_FailsAndKeepsTheLastCheckpoint()
    {
        var store = new MemoryStore();
        var job = new SimulatedJob { Specification = Specify(steps: 6, budget: 3), Executor = new QuadraticExecutor { IsAbsent = address => address.Index == 0 } };

        CoordinatorException problem = await Should.ThrowAsync<CoordinatorException>(() => job.RunAsync(store));

        problem.Message.ShouldContain("step 4: 4 episodes gave a gradient that is not finite, expected at most 3 (training.non_finite_budget)");
        store.Published[^1].Version.ShouldBe(3);
        store.Published[^1].History.AbsentEpisodes.ShouldBe(3);
    }

    [Fact]
    public async Task RunAsync_ResumedAfterAbsentEpisodes_GoesOnCountingTheirBudget()
    {
        using var source = new CancellationTokenSource();
        JobSpecification specification = Specify(steps: 6, budget: 3);
        var stopping = new SimulatedJob
        {
            Specification = specification,
            Executor = new QuadraticExecutor { IsAbsent = address => address.Step < 2 && address.Index == 0, OnCompute = step => SimulatedJob.CancelWhen(source, step == 3) },
        };
        await Should.ThrowAsync<OperationCanceledException>(() => stopping.ResumeAsync(_folder, token: source.Token));
        var resuming = new SimulatedJob { Specification = specification, Executor = new QuadraticExecutor { IsAbsent = address => address.Step >= 3 && address.Index == 0 } };

        CoordinatorException problem = await Should.ThrowAsync<CoordinatorException>(() => resuming.ResumeAsync(_folder));

        problem.Message.ShouldContain("step 5: 4 episodes");
    }

    [Theory]
    [InlineData(OptimizerKind.Adam, 1e38f)]
    [InlineData(OptimizerKind.Adam, 1e25f)]
    [InlineData(OptimizerKind.Sgd, 3e38f)]
    public async Task RunAsync_OptimizerResultThatIsNotFinite_FailsAndKeepsTheLastCheckpoint(OptimizerKind kind, float scale)
    {
        // At 1e25 the parameters stay finite and only Adam's second moment overflows, which would leave them stuck.
        var store = new MemoryStore();
        var job = new SimulatedJob
        {
            Specification = SimulatedJob.Specify(
                new TrainingSpecification { Steps = 6, EpisodesPerStep = 1, CheckpointEvery = 1, ValidateEvery = 0 },
                new OptimizerSpecification { Kind = kind, LearningRate = 10, WarmUpSteps = 0, CosineDecay = false }),
            Executor = new QuadraticExecutor { GradientScale = step => step == 4 ? scale : 1e-3f },
        };

        CoordinatorException problem = await Should.ThrowAsync<CoordinatorException>(() => job.RunAsync(store));

        problem.Message.ShouldContain("step 4: the optimiser gave values that are not finite; the last checkpoint is kept");
        store.Published.Select(one => one.Version).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task RunAsync_AnswerOfAnotherNetwork_IsRefused()
    {
        var job = new SimulatedJob { Executor = new QuadraticExecutor { Answer = sum => sum with { Values = sum.Values[1..] } } };

        (await Should.ThrowAsync<CoordinatorException>(() => job.RunAsync(new MemoryStore()))).Message
            .ShouldContain("gradient: expected 0 to 5 episodes, 19 values and 5 metrics, got 5, 18 and 5");
    }

    [Theory]
    [InlineData(6)]
    [InlineData(-1)]
    public async Task RunAsync_AnswerForAnotherNumberOfEpisodes_IsRefused(int present)
    {
        var job = new SimulatedJob { Executor = new QuadraticExecutor { Answer = sum => sum with { Present = present } } };

        (await Should.ThrowAsync<CoordinatorException>(() => job.RunAsync(new MemoryStore()))).Message
            .ShouldContain($"expected 0 to 5 episodes, 19 values and 5 metrics, got {present}");
    }

    private static JobSpecification Specify(int steps, int budget)
        => SimulatedJob.Specify(new TrainingSpecification { Steps = steps, EpisodesPerStep = 4, CheckpointEvery = 1, ValidateEvery = 0, NonFiniteBudget = budget }, PlainDescent);
}
