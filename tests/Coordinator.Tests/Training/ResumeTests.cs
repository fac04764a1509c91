using System.Text.Json;
using System.Text.Json.Serialization;
using S2M.Coordinator.Tests.Simulation;
using S2M.Coordinator.Training;
using S2M.Specification;

namespace S2M.Coordinator.Tests.Training;

public sealed class ResumeTests : IDisposable
{
    private static readonly JsonSerializerOptions WithNaN = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
    private readonly string _folder = Directory.CreateTempSubdirectory("s2m-resume-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(OptimizerKind.Adam)]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Sgd)]
    public async Task RunAsync_StoppedAtEveryStep_EndsWithTheBitsAndHistoryOfARunThatNeverStopped(OptimizerKind kind)
    {
        JobSpecification specification = SimulatedJob.Specify(
            new TrainingSpecification { Steps = 6, EpisodesPerStep = 3, CheckpointEvery = 2, ValidateEvery = 3 },
            new OptimizerSpecification { Kind = kind, LearningRate = 0.05, WarmUpSteps = 2 });
        TrainingState expected = await Job(specification).RunAsync(new MemoryStore());

        for (int stop = 1; stop <= 6; stop++)
        {
            string folder = Path.Combine(_folder, $"{stop}");
            using var source = new CancellationTokenSource();
            SimulatedJob stopping = Job(specification, step => SimulatedJob.CancelWhen(source, step == stop));
            await Should.ThrowAsync<OperationCanceledException>(() => stopping.ResumeAsync(folder, token: source.Token));

            TrainingState resumed = await Job(specification).ResumeAsync(folder);

            resumed.Hash().ShouldBe(expected.Hash(), $"stopped in step {stop}");
            Json(resumed).ShouldBe(Json(expected));
        }
    }

    [Fact]
    public async Task RunAsync_StoppedInEveryStepInTurn_EndsWithTheSameBits()
    {
        TrainingState expected = await new SimulatedJob().RunAsync(new MemoryStore());

        for (int stop = 1; stop <= 6; stop++)
        {
            using var source = new CancellationTokenSource();
            var stopping = new SimulatedJob { Executor = new QuadraticExecutor { OnCompute = step => SimulatedJob.CancelWhen(source, step == stop) } };
            await Should.ThrowAsync<OperationCanceledException>(() => stopping.ResumeAsync(_folder, token: source.Token));
        }

        (await new SimulatedJob().ResumeAsync(_folder)).Hash().ShouldBe(expected.Hash());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    public async Task RunAsync_StoppedInAValidation_MakesItWhenResumed(int stop)
    {
        JobSpecification specification = SimulatedJob.Specify(new TrainingSpecification { Steps = 6, CheckpointEvery = 4, ValidateEvery = 3 });
        TrainingState expected = await Job(specification).RunAsync(new MemoryStore());
        using var source = new CancellationTokenSource();
        var stopping = new SimulatedJob
        {
            Specification = specification,
            Validate = (snapshot, token) =>
            {
                SimulatedJob.CancelWhen(source, snapshot.Version == stop);
                token.ThrowIfCancellationRequested();
                return Task.FromResult((double)snapshot.Parameters[0]);
            },
        };
        var interrupted = new RecordingObserver();
        await Should.ThrowAsync<OperationCanceledException>(() => stopping.ResumeAsync(_folder, interrupted, source.Token));
        interrupted.Checkpoints[^1].ShouldBe(stop);

        var observer = new RecordingObserver();
        TrainingState resumed = await Job(specification).ResumeAsync(_folder, observer);

        resumed.Hash().ShouldBe(expected.Hash());
        Json(resumed).ShouldBe(Json(expected));
        observer.Validations[0].Step.ShouldBe(stop);
    }

    [Fact]
    public async Task RunAsync_Cancelled_KeepsACheckpointOfTheLastWholeStep()
    {
        using var source = new CancellationTokenSource();
        var store = new MemoryStore();
        JobSpecification specification = SimulatedJob.Specify(new TrainingSpecification { Steps = 6, CheckpointEvery = 100 });

        await Should.ThrowAsync<OperationCanceledException>(() => Job(specification, step => SimulatedJob.CancelWhen(source, step == 4)).RunAsync(store, token: source.Token));

        store.Published.Select(one => one.Version).ShouldBe([3]);
    }

    [Fact]
    public async Task RunAsync_CancelledBefore_MakesNoStep()
    {
        var store = new MemoryStore();
        int computed = 0;

        await Should.ThrowAsync<OperationCanceledException>(
            () => Job(new SimulatedJob().Specification, _ => computed++).RunAsync(store, token: new CancellationToken(canceled: true)));

        computed.ShouldBe(0);
        store.Published.Select(one => one.Version).ShouldBe([0]);
    }

    [Fact]
    public async Task RunAsync_WorkersThatFail_FailTheRunWithoutACheckpoint()
    {
        var store = new MemoryStore();
        SimulatedJob job = Job(new SimulatedJob().Specification, step => throw new InvalidOperationException($"no worker in step {step}"));

        (await Should.ThrowAsync<InvalidOperationException>(() => job.RunAsync(store))).Message.ShouldBe("no worker in step 1");
        store.Published.ShouldBeEmpty();
    }

    [Fact]
    public async Task RunAsync_FinishedRun_ChangesNothing()
    {
        TrainingState finished = await new SimulatedJob().ResumeAsync(_folder);
        var observer = new RecordingObserver();

        TrainingState again = await new SimulatedJob().ResumeAsync(_folder, observer);

        again.Hash().ShouldBe(finished.Hash());
        (observer.Steps.Count, observer.Validations.Count, observer.Checkpoints.Count).ShouldBe((0, 0, 0));
    }

    private static SimulatedJob Job(JobSpecification specification, Action<int>? onCompute = null)
        => new() { Specification = specification, Executor = new QuadraticExecutor { OnCompute = onCompute ?? (_ => { }) } };

    private static string Json(TrainingState state) => JsonSerializer.Serialize(state.History, WithNaN);
}
