using Microsoft.Extensions.Time.Testing;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Storage;
using S2M.Coordinator.Training;

namespace S2M.Coordinator.Tests.Jobs;

public sealed class JobRecorderTests : IDisposable
{
    private readonly ScriptedHistory _history = new();
    private readonly JobRecorder _recorder;

    public JobRecorderTests() => _recorder = new JobRecorder("job-1", 3, _history, new FakeTimeProvider());

    public void Dispose() => _recorder.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FlushAsync_WhatHappened_IsWrittenInItsOrderAndOnce()
    {
        _recorder.BeginTraining(10, 2);
        _recorder.OnStep(Step(3), 5);
        _recorder.OnStep(Step(4), 5);
        _recorder.OnValidation(new ValidationRecord(4, 0.5));
        _recorder.OnCheckpoint(4, "/state/step-000004");
        _recorder.Warn("two\nlines");

        await _recorder.FlushAsync(Token);
        await _recorder.FlushAsync(Token);
        _recorder.OnStep(Step(5), 5);
        await _recorder.FlushAsync(Token);

        _history.Written.Count.ShouldBe(2, "nothing is written where nothing happened");
        _history.Written[0].Steps.Select(step => step.Step).ShouldBe([3, 4]);
        _history.Written[0].Validations.ShouldHaveSingleItem().Step.ShouldBe(4);
        _history.Written[0].Lines.Select(line => (line.Key, line.Level, line.Step, line.Message)).ShouldBe(
        [
            ("begin-3", JobLogLevel.Info, 2, "training: 10 steps, 2 of them made before"),
            ("validation-4", JobLogLevel.Info, 4, "step 4: validation accuracy 0.5000"),
            ("checkpoint-4", JobLogLevel.Info, 4, "step 4: checkpoint /state/step-000004"),
            (string.Empty, JobLogLevel.Warning, 4, "two lines"),
        ]);
        _history.Written[1].Steps.ShouldHaveSingleItem().Step.ShouldBe(5);
    }

    [Fact]
    public async Task FlushAsync_DatabaseIsAway_KeepsWhatWasCollected()
    {
        _recorder.OnStep(Step(1), 5);
        _history.Answer = () => throw new StorageException("away", isTransient: true, new TimeoutException());

        await Should.ThrowAsync<StorageException>(() => _recorder.FlushAsync(Token));
        _recorder.OnStep(Step(2), 5);
        _history.Answer = () => true;
        await _recorder.FlushAsync(Token);

        _history.Written.ShouldHaveSingleItem().Steps.Select(step => step.Step).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task FlushAsync_JobWasTakenOver_EndsTheLoop()
    {
        _recorder.Note("late");
        _history.Answer = () => false;

        (await Should.ThrowAsync<EpochLostException>(() => _recorder.FlushAsync(Token))).Message.ShouldContain("epoch 3");
    }

    [Fact]
    public async Task FlushAsync_StepsMadeMeanwhile_AreOfTheNextWrite()
    {
        _recorder.OnStep(Step(1), 5);
        _history.Answer = () =>
        {
            _recorder.OnStep(Step(2), 5);
            _history.Answer = () => true;
            return true;
        };

        await _recorder.FlushAsync(Token);
        await _recorder.FlushAsync(Token);

        _history.Written.Select(events => events.Steps.Single().Step).ShouldBe([1, 2]);
    }

    [Fact]
    public void Progress_PhaseOfCountedWork_IsThereUntilItIsDone()
    {
        _recorder.Begin("validation");
        _recorder.OnWork("images embedded", 3, 10);
        _recorder.Progress.ShouldBe(new PhaseProgress("validation", "images embedded", 3, 10));
        _recorder.OnWork("images embedded", 10, 10);
        _recorder.Progress.ShouldBeNull();
        _recorder.OnWork("episodes scored", 1, 2);
        _recorder.Finish("validation", TimeSpan.FromSeconds(1));
        _recorder.Progress.ShouldBeNull();
    }

    private static StepRecord Step(int step) => new(step, 1, 0.5, 1e-3);

    private sealed class ScriptedHistory : IJobHistory
    {
        internal Func<bool> Answer { get; set; } = () => true;

        internal List<JobEvents> Written { get; } = [];

        public Task<bool> AppendAsync(string id, long epoch, JobEvents events, CancellationToken cancellationToken)
        {
            bool stored = Answer();
            Written.Add(events);
            return Task.FromResult(stored);
        }

        public Task AddLineAsync(string id, JobLogLine line, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<StepRecord>> StepsAsync(string id, int after, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<ValidationRecord>> ValidationsAsync(string id, int after, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<JobLogLine>> LinesAsync(string id, long after, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
