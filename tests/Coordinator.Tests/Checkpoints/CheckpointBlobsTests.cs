using S2M.Coordinator.Checkpoints;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Tests.Jobs;
using S2M.Coordinator.Tests.Simulation;
using S2M.Coordinator.Tests.Storage;
using S2M.Coordinator.Training;

namespace S2M.Coordinator.Tests.Checkpoints;

/// <summary>What holds of checkpoints wherever they lie: real files or a real blob server, and real rows.</summary>
public abstract class CheckpointBlobsTests : IAsyncLifetime
{
    private const int Large = (9 << 20) + 13;
    private const int Piece = 1 << 20;

    private readonly StoreScene _scene = new();
    private readonly SimulatedJob _job = new();
    private readonly List<string> _warnings = [];
    private Exception? _problem;
    private ICheckpointBlobs? _blobs;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected JobFolders Folders => _scene.Folders;

    /// <summary>The store; the asking test is skipped where there can be none.</summary>
    private protected ICheckpointBlobs Blobs => _blobs ?? throw _problem!;

    private protected SimulatedJob Job => _job;

    public async ValueTask InitializeAsync()
    {
        try
        {
            _blobs = await OpenAsync();
            await _blobs.CheckAsync(Token);
        }
        catch (Exception problem)
        {
            // Thrown here it would fail the tests that are to be skipped.
            _problem = problem;
        }
    }

    public ValueTask DisposeAsync()
    {
        _scene.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task PublishAsync_ThenRestoreByTheNextEpoch_GivesTheSameBits()
    {
        string id = await BeginAsync();
        using JobRecorder recorder = Record(id);
        TrainingState trained = await TrainAsync(Open(id, recorder));
        await _scene.Store.BeginEpochAsync(id, 1, "silo-2", StoredJobs.Noon, Token);
        TrainingState restored = _job.Begin();

        CheckpointRecord? record = await Open(id, recorder, epoch: 2).RestoreAsync(restored, Token);

        (record.ShouldNotBeNull().Step, record.Epoch, restored.Hash()).ShouldBe((6, 1, trained.Hash()));
        restored.Optimizer.State.Zip(trained.Optimizer.State).ShouldAllBe(pair => pair.First.Values.SequenceEqual(pair.Second.Values));
        restored.History.Steps.ShouldBe(trained.History.Steps);
        (await Open(id, recorder, epoch: 2).FirstVersionAsync(restored, Token)).Parameters.ShouldBe(_job.Begin().Snapshot.Parameters);
        (await JobCheckpoints.ContractOfAsync(await RowsAsync(id), id, Blobs, Token)).ShouldBe(_job.Identity.NumericContract);
    }

    [Fact]
    public async Task PublishAsync_WholeRun_LeavesTheFilesOfTheRowsAndNoOthers()
    {
        string id = await BeginAsync();
        using JobRecorder recorder = Record(id);

        await TrainAsync(Open(id, recorder));

        (await RowsAsync(id)).Select(row => row.Step).ShouldBe([0, 4, 5, 6]);
        foreach (int step in Enumerable.Range(0, 7))
        {
            (await NamesAsync(new CheckpointPlace(id, 1, step))).ShouldBe(
                step is 0 or >= 4 ? [CheckpointContent.ManifestName, CheckpointContent.Moments, CheckpointContent.Parameters] : []);
        }
    }

    [Fact]
    public async Task PublishAsync_BestOnValidationAndEveryThird_AreKeptBesideTheNewest()
    {
        var job = new SimulatedJob
        {
            Specification = SimulatedJob.Specify(new() { Steps = 9, EpisodesPerStep = 5, CheckpointEvery = 1, ValidateEvery = 1, Keep = new() { Last = 1, Every = 3 } }),
            Validate = (snapshot, _) => Task.FromResult(snapshot.Version == 2 ? 0.9 : 0.1),
        };
        string id = await BeginAsync();
        using JobRecorder recorder = Record(id);
        var checkpoints = new JobCheckpoints(id, 1, job.Identity, Blobs, _scene.Store, recorder, _scene.Waits(id, 1), TimeProvider.System, Token);
        TrainingState state = job.Begin();
        await checkpoints.PublishAsync(state);

        await job.RunAsync(checkpoints, state: state, token: Token);

        (await RowsAsync(id)).Select(row => row.Step).ShouldBe([0, 2, 3, 6, 9]);
        foreach (int step in Enumerable.Range(0, 10))
        {
            (await NamesAsync(new CheckpointPlace(id, 1, step))).Count.ShouldBe(step is 0 or 2 or 3 or 6 or 9 ? 3 : 0);
        }
    }

    [Theory]
    [InlineData(CheckpointContent.ManifestName, false)]
    [InlineData(CheckpointContent.ManifestName, true)]
    [InlineData(CheckpointContent.Parameters, false)]
    [InlineData(CheckpointContent.Parameters, true)]
    [InlineData(CheckpointContent.Moments, false)]
    [InlineData(CheckpointContent.Moments, true)]
    public async Task RestoreAsync_NewestIsTornOrDamaged_TakesTheOneBeforeWithAWarningThatNamesIt(string file, bool isThere)
    {
        string id = await BeginAsync();
        using JobRecorder recorder = Record(id);
        await TrainAsync(Open(id, recorder));
        var newest = new CheckpointPlace(id, 1, 6);
        byte[] bytes = await Blobs.ReadAsync(newest, file, Token);
        bytes[^1] ^= 1;
        await ReplaceAsync(newest, file, isThere ? bytes : null);

        (await Open(id, recorder).RestoreAsync(_job.Begin(), Token)).ShouldNotBeNull().Step.ShouldBe(5);

        await recorder.FlushAsync(Token);
        JobLogLine warning = (await _scene.History.LinesAsync(id, 0, 100, Token)).Single(line => line.Level == JobLogLevel.Warning);
        warning.Message.ShouldStartWith($"checkpoint '{Blobs.Describe(newest)}' cannot be used, the one before it is tried: ");
        warning.Message.ShouldContain(isThere && file == CheckpointContent.ManifestName ? "a checkpoint manifest" : file);
    }

    [Fact]
    public async Task WriteAsync_SameStepAgain_ExchangesTheManifestAlone()
    {
        var place = new CheckpointPlace(NewJob(), 1, 3);
        CheckpointContent content = CheckpointContent.Copy(_job.Begin(), _job.Identity)();
        CheckpointContent other = CheckpointContent.Copy(_job.Begin(), _job.Identity with { SplitHash = "33" })();
        await Blobs.WriteAsync(place, content, Warn);
        string before = await VersionAsync(place, CheckpointContent.Parameters);

        await Blobs.WriteAsync(place, content, Warn);
        await Blobs.WriteAsync(place, other, Warn);

        (await Blobs.ReadManifestAsync(place, Token)).SplitHash.ShouldBe("33");
        (await VersionAsync(place, CheckpointContent.Parameters)).ShouldBe(before);
        _warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task WriteAsync_OverADamagedCheckpoint_WritesItWhole()
    {
        var place = new CheckpointPlace(NewJob(), 1, 3);
        CheckpointContent content = CheckpointContent.Copy(_job.Begin(), _job.Identity)();
        await Blobs.WriteAsync(place, content, Warn);
        await ReplaceAsync(place, CheckpointContent.Moments, [1, 2, 3]);

        await Blobs.WriteAsync(place, content, Warn);

        TrainingState state = _job.Begin();
        await Blobs.RestoreAsync(place, await Blobs.ReadManifestAsync(place, Token), state, Token);
        state.Hash().ShouldBe(_job.Begin().Hash());
    }

    [Fact]
    public async Task ReadAsync_LargeFile_ComesPieceByPieceFromAnyOffset()
    {
        var place = new CheckpointPlace(NewJob(), 12, 1_000_000);
        byte[] large = [.. Enumerable.Range(0, Large).Select(i => (byte)((i * 7) ^ (i >> 11)))];
        await Blobs.WriteAsync(place, new CheckpointContent(1, "hash", [("large", large), ("empty", [])], [7]), Warn);
        await using IStoredObject stored = await Blobs.OpenAsync(place, "large", Token);
        await using IStoredObject empty = await Blobs.OpenAsync(place, "empty", Token);

        (stored.Length, empty.Length).ShouldBe((Large, 0));
        (await empty.ReadAsync(0, new byte[1], Token)).ShouldBe(0);
        (await stored.ReadAsync(Large, new byte[1], Token)).ShouldBe(0);
        byte[] piece = new byte[Piece];
        long offset = 0;
        for (int read; (read = await stored.ReadAsync(offset, piece, Token)) > 0; offset += read)
        {
            piece.AsSpan(0, read).SequenceEqual(large.AsSpan((int)offset, read)).ShouldBeTrue($"at {offset}");
        }

        offset.ShouldBe(Large);
        byte[] middle = new byte[100];
        (await stored.ReadAsync((4 << 20) - 50, middle, Token)).ShouldBe(100);
        middle.ShouldBe(large[((4 << 20) - 50)..((4 << 20) + 50)]);
    }

    [Fact]
    public async Task OpenAsync_NothingThere_IsAMissingFile()
    {
        // Asked for outside: within the expectation a skip would be taken for the wrong error.
        ICheckpointBlobs blobs = Blobs;

        await Should.ThrowAsync<FileNotFoundException>(() => blobs.OpenAsync(new CheckpointPlace(NewJob(), 1, 3), CheckpointContent.Parameters, Token));
    }

    [Fact]
    public async Task RemoveAsync_ThereOrNot_LeavesNothingAndItsNeighborsAlone()
    {
        string id = NewJob();
        CheckpointPlace[] places = [new(id, 1, 1), new(id, 1, 10), new(id, 11, 1)];
        foreach (CheckpointPlace place in places)
        {
            await Blobs.WriteAsync(place, CheckpointContent.Copy(_job.Begin(), _job.Identity)(), Warn);
        }

        await Blobs.RemoveAsync(places[0]);
        await Blobs.RemoveAsync(places[0]);

        (await NamesAsync(places[0])).ShouldBeEmpty();
        (await NamesAsync(places[1])).Count.ShouldBe(3);
        (await NamesAsync(places[2])).Count.ShouldBe(3);
    }

    [Fact]
    public async Task PlacesAsync_CheckpointsAndWhatIsLeftOfThem_GivesEachPlaceOfTheJobInOrder()
    {
        string id = NewJob();
        CheckpointPlace[] places = [new(id, 1, 3), new(id, 1, 10), new(id, 12, 1_000_000)];
        (await Blobs.PlacesAsync(id)).ShouldBeEmpty();
        foreach (CheckpointPlace place in places.Reverse().Append(new CheckpointPlace(id + "0", 1, 3)))
        {
            await LeaveAsync(place, isWhole: place != places[1]);
        }

        (await Blobs.PlacesAsync(id)).ShouldBe(places);
    }

    [Fact]
    public async Task PublishAsync_FirstOfALoop_RemovesWhatEarlierLoopsLeftAndNothingElse()
    {
        string id = await BeginAsync();
        using JobRecorder recorder = Record(id);
        TrainingState state = await TrainAsync(Open(id, recorder));
        CheckpointPlace[] left = [new(id, 1, 2), new(id, 1, 9)];
        CheckpointPlace[] others = [new(id, 2, 9), new(id, 3, 1), new(id + "0", 1, 2)];
        foreach (CheckpointPlace place in left.Concat(others))
        {
            await LeaveAsync(place, isWhole: place != left[0]);
        }

        await _scene.Store.BeginEpochAsync(id, 1, "silo-2", StoredJobs.Noon, Token);
        using var second = new JobRecorder(id, 2, _scene.History, TimeProvider.System);
        JobCheckpoints checkpoints = Open(id, second, epoch: 2);
        state.Snapshot = state.Snapshot with { Version = 7 };
        await checkpoints.PublishAsync(state);

        CheckpointPlace[] kept = [new(id, 1, 0), new(id, 1, 5), new(id, 1, 6), new(id, 2, 7), .. others[..2]];
        (await Blobs.PlacesAsync(id)).ShouldBe(kept);
        (await Blobs.PlacesAsync(id + "0")).ShouldHaveSingleItem();
        (await RowsAsync(id)).Select(row => (row.Epoch, row.Step)).ShouldBe([(1, 0), (1, 5), (1, 6), (2, 7)]);
        await LeaveAsync(left[1], isWhole: true);
        await checkpoints.PublishAsync(state);
        (await Blobs.PlacesAsync(id)).ShouldContain(left[1], "the loop has looked already");
    }

    [Fact]
    public async Task StartingPoint_OtherJobsCheckpoint_IsReadFromTheStore()
    {
        string id = await BeginAsync();
        using JobRecorder recorder = Record(id);
        TrainingState trained = await TrainAsync(Open(id, recorder));

        var snapshot = await new StartingPoint(_scene.Store, _scene.Folders).LoadAsync(id, _job.Executor.Definition, Blobs, Token);

        snapshot.Version.ShouldBe(0);
        snapshot.Parameters.ShouldBe(trained.Snapshot.Parameters);
    }

    /// <summary>Opens the store.</summary>
    private protected abstract Task<ICheckpointBlobs> OpenAsync();

    /// <summary>What lies at a place, in order.</summary>
    private protected abstract Task<IReadOnlyList<string>> NamesAsync(CheckpointPlace place);

    /// <summary>Changes a file behind the store's back; null removes it.</summary>
    private protected abstract Task ReplaceAsync(CheckpointPlace place, string name, byte[]? bytes);

    /// <summary>Something that another writing of the same file changes.</summary>
    private protected abstract Task<string> VersionAsync(CheckpointPlace place, string name);

    /// <summary>A job of this test alone, in a store that all tests share.</summary>
    private protected string NewJob() => Path.GetFileName(_scene.Folder);

    private protected void Warn(string message) => _warnings.Add(message);

    private protected IJobStore Rows => _scene.Store;

    /// <summary>A loop's checkpoints in another store over the same rows.</summary>
    private protected JobCheckpoints Open(string id, ICheckpointBlobs blobs, JobRecorder recorder, CancellationToken stopping)
        => new(id, 1, _job.Identity, blobs, _scene.Store, recorder, _scene.Waits(id, 1), TimeProvider.System, stopping);

    private protected Task<string> BeginAsync() => _scene.BeginAsync(NewJob());

    private Task<IReadOnlyList<CheckpointRecord>> RowsAsync(string id) => _scene.Store.CheckpointsAsync(id, Token);

    /// <summary>Trains from version 0 to the end, every step with its checkpoint.</summary>
    private async Task<TrainingState> TrainAsync(JobCheckpoints checkpoints)
    {
        TrainingState state = _job.Begin();
        await checkpoints.PublishAsync(state);
        return await _job.RunAsync(checkpoints, state: state, token: Token);
    }

    /// <summary>Writes what no row names; without its manifest as a loop leaves it that is killed.</summary>
    private async Task LeaveAsync(CheckpointPlace place, bool isWhole)
    {
        await Blobs.WriteAsync(place, CheckpointContent.Copy(_job.Begin(), _job.Identity)(), Warn);
        await (isWhole ? Task.CompletedTask : ReplaceAsync(place, CheckpointContent.ManifestName, null));
    }

    private protected JobRecorder Record(string id) => new(id, 1, _scene.History, TimeProvider.System);

    private JobCheckpoints Open(string id, JobRecorder recorder, long epoch = 1)
        => new(id, epoch, _job.Identity, Blobs, _scene.Store, recorder, _scene.Waits(id, epoch), TimeProvider.System, Token);
}
