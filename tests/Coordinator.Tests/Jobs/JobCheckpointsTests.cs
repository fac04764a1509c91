using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Tests.Simulation;
using S2M.Coordinator.Tests.Storage;
using S2M.Coordinator.Training;

namespace S2M.Coordinator.Tests.Jobs;

/// <summary>Checkpoints of a loop: real files, real rows.</summary>
public sealed class JobCheckpointsTests : IDisposable
{
    private readonly StoreScene _scene = new();
    private readonly SimulatedJob _job = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task PublishAsync_WholeRun_KeepsVersion0AndTheNewestThree()
    {
        string id = await _scene.BeginAsync();
        TrainingState state = _job.Begin();
        using JobRecorder recorder = Record(id, 1);
        JobCheckpoints checkpoints = Open(id, 1, recorder);
        await checkpoints.PublishAsync(state);

        await _job.RunAsync(checkpoints, state: state, token: Token);

        (await _scene.Store.CheckpointsAsync(id, Token)).Select(row => row.Step).ShouldBe([0, 4, 5, 6]);
        StepFolders.FinishedIn(_scene.Folders.Of(id, 1)).Select(step => step.Step).ShouldBe([0, 4, 5, 6]);
        StepFolders.AllIn(_scene.Folders.Of(id, 1)).Count.ShouldBe(4, "nothing is left of the others");
        JobRecord row = (await _scene.Store.FindAsync(id, Token)).ShouldNotBeNull();
        (row.CheckpointStep, row.CheckpointEpoch).ShouldBe((6, 1));
        (await checkpoints.FirstVersionAsync(state, Token)).Parameters.ShouldBe(_job.Begin().Snapshot.Parameters);
    }

    [Fact]
    public async Task PublishAsync_WhatHappenedBefore_IsInTheRowsFirst()
    {
        string id = await _scene.BeginAsync();
        using JobRecorder recorder = Record(id, 1);
        recorder.OnStep(new StepRecord(1, 0.5, 0.5, 1e-3), 5);

        await Open(id, 1, recorder).PublishAsync(_job.Begin());

        (await _scene.History.StepsAsync(id, 0, 10, Token)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task RestoreAsync_LoopOfTheNextEpoch_GoesOnFromTheSameBits()
    {
        string id = await _scene.BeginAsync();
        using JobRecorder recorder = Record(id, 1);
        string hash = (await _job.RunAsync(Open(id, 1, recorder), token: Token)).Hash();
        await _scene.Store.BeginEpochAsync(id, 1, "silo-2", StoredJobs.Noon, Token);
        TrainingState restored = _job.Begin();

        CheckpointRecord? record = await Open(id, 2, recorder).RestoreAsync(restored, Token);

        (record.ShouldNotBeNull().Step, record.Epoch, restored.Hash()).ShouldBe((6, 1, hash));
        restored.History.Steps.Count.ShouldBe(6);
    }

    [Fact]
    public async Task RestoreAsync_NewestIsDamaged_TakesTheOneBeforeWithAWarning()
    {
        string id = await _scene.BeginAsync();
        using JobRecorder recorder = Record(id, 1);
        await _job.RunAsync(Open(id, 1, recorder), token: Token);
        string folder = _scene.Folders.Of(id, 1);
        await using (FileStream file = File.OpenWrite(Path.Combine(StepFolders.PathOf(folder, 6), CheckpointContent.Parameters)))
        {
            file.Seek(-1, SeekOrigin.End);
            file.WriteByte(0x55);
        }

        File.Delete(Path.Combine(StepFolders.PathOf(folder, 5), CheckpointContent.ManifestName));
        TrainingState restored = _job.Begin();

        (await Open(id, 1, recorder).RestoreAsync(restored, Token)).ShouldNotBeNull().Step.ShouldBe(4);

        restored.Snapshot.Version.ShouldBe(4);
        await recorder.FlushAsync(Token);
        (await _scene.History.LinesAsync(id, 0, 100, Token))
            .Count(line => line.Level == JobLogLevel.Warning && line.Message.Contains("the one before it is tried", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task RestoreAsync_NothingThere_GivesNothing()
    {
        string id = await _scene.BeginAsync();
        using JobRecorder recorder = Record(id, 1);

        (await Open(id, 1, recorder).RestoreAsync(_job.Begin(), Token)).ShouldBeNull();
    }

    [Fact]
    public async Task PublishAsync_JobWasTakenOver_RefusesAndMovesNoPointer()
    {
        string id = await _scene.BeginAsync();
        using JobRecorder recorder = Record(id, 1);
        JobCheckpoints stale = Open(id, 1, recorder);
        TrainingState state = _job.Begin();
        await stale.PublishAsync(state);
        await _scene.Store.BeginEpochAsync(id, 1, "silo-2", StoredJobs.Noon, Token);
        state.Snapshot = state.Snapshot with { Version = 9 };

        await Should.ThrowAsync<EpochLostException>(() => stale.PublishAsync(state));

        (await _scene.Store.FindAsync(id, Token)).ShouldNotBeNull().CheckpointStep.ShouldBe(0);
        (await _scene.Store.CheckpointsAsync(id, Token)).ShouldHaveSingleItem().Step.ShouldBe(0);
    }

    [Fact]
    public async Task PublishAsync_FolderCannotBeRemoved_TheRowIsGoneAndTheRunGoesOn()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a link that leads nowhere");
        string id = await _scene.BeginAsync();
        using JobRecorder recorder = Record(id, 1);
        JobCheckpoints checkpoints = Open(id, 1, recorder);
        TrainingState state = _job.Begin();
        foreach (int step in (int[])[0, 1])
        {
            state.Snapshot = state.Snapshot with { Version = step };
            await checkpoints.PublishAsync(state);
        }

        // A folder in the place of the manifest cannot be deleted as a file.
        string manifest = Path.Combine(StepFolders.PathOf(_scene.Folders.Of(id, 1), 1), CheckpointContent.ManifestName);
        File.Delete(manifest);
        Directory.CreateDirectory(manifest);
        foreach (int step in (int[])[2, 3, 4])
        {
            state.Snapshot = state.Snapshot with { Version = step };
            await checkpoints.PublishAsync(state);
        }

        (await _scene.Store.CheckpointsAsync(id, Token)).Select(row => row.Step).ShouldBe([0, 2, 3, 4], "the row goes before its files");
        await recorder.FlushAsync(Token);
        (await _scene.History.LinesAsync(id, 0, 10, Token)).ShouldContain(line => line.Message.Contains("could not be removed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task FirstVersionAsync_Version0IsGone_SaysSo()
    {
        string id = await _scene.BeginAsync();
        using JobRecorder recorder = Record(id, 1);
        TrainingState state = await _job.RunAsync(Open(id, 1, recorder), token: Token);

        (await Should.ThrowAsync<CoordinatorException>(() => Open(id, 1, recorder).FirstVersionAsync(state, Token)))
            .Message.ShouldContain("expected the checkpoint of version 0, got none");
    }

    [Fact]
    public async Task StartingPoint_OtherJobsCheckpoint_IsVersion0OfThisOne()
    {
        string id = await _scene.BeginAsync();
        using JobRecorder recorder = Record(id, 1);
        TrainingState trained = await _job.RunAsync(Open(id, 1, recorder), token: Token);
        var start = new StartingPoint(_scene.Store, _scene.Folders);
        (await start.ProblemAsync(id, Token)).ShouldNotBeNull().ShouldContain("whose checkpoints still change");
        await PauseAsync(id);

        (await start.ProblemAsync(id, Token)).ShouldBeNull();
        var snapshot = await start.LoadAsync(id, _job.Executor.Definition, _scene.Checkpoints, Token);

        snapshot.Version.ShouldBe(0);
        snapshot.Parameters.ShouldBe(trained.Snapshot.Parameters);
        snapshot.Buffers.ShouldBe(trained.Snapshot.Buffers);
    }

    [Fact]
    public async Task StartingPoint_UploadedFile_IsFoundByItsHash()
    {
        string id = await _scene.BeginAsync();
        using JobRecorder recorder = Record(id, 1);
        TrainingState trained = await _job.RunAsync(Open(id, 1, recorder), token: Token);
        var start = new StartingPoint(_scene.Store, _scene.Folders);
        string hash = new('a', 64);
        (await start.ProblemAsync(hash, Token)).ShouldNotBeNull().ShouldContain("upload the file first");
        Directory.CreateDirectory(Path.GetDirectoryName(_scene.Folders.Parameters(hash))!);
        File.Copy(Path.Combine(StepFolders.PathOf(_scene.Folders.Of(id, 1), 6), CheckpointContent.Parameters), _scene.Folders.Parameters(hash));

        (await start.ProblemAsync(hash, Token)).ShouldBeNull();
        (await start.LoadAsync(hash, _job.Executor.Definition, _scene.Checkpoints, Token)).Parameters.ShouldBe(trained.Snapshot.Parameters);
    }

    private Task<bool> PauseAsync(string id)
        => _scene.Store.MoveAsync(id, JobState.Running, JobState.Paused, "enough", "test", DateTimeOffset.UnixEpoch, Token);

    [Fact]
    public async Task StartingPoint_OfNoUse_SaysWhy()
    {
        string id = await _scene.BeginAsync();
        var start = new StartingPoint(_scene.Store, _scene.Folders);

        await PauseAsync(id);

        (await start.ProblemAsync("nobody", Token)).ShouldNotBeNull().ShouldContain("got 'nobody'");
        (await start.ProblemAsync(id, Token)).ShouldNotBeNull().ShouldContain("has none yet");
        (await Should.ThrowAsync<CoordinatorException>(() => start.LoadAsync("nobody", _job.Executor.Definition, _scene.Checkpoints, Token))).Message.ShouldContain("nobody");
        using JobRecorder recorder = Record(id, 1);
        await _job.RunAsync(Open(id, 1, recorder), token: Token);
        await Should.ThrowAsync<CoordinatorException>(() => start.LoadAsync(id, new QuadraticExecutor(14).Definition, _scene.Checkpoints, Token));
    }

    private JobRecorder Record(string id, long epoch) => new(id, epoch, _scene.History, TimeProvider.System);

    private JobCheckpoints Open(string id, long epoch, JobRecorder recorder)
        => new(id, epoch, _job.Identity, _scene.Checkpoints, _scene.Store, recorder, _scene.Waits(id, epoch), TimeProvider.System, Token);
}
