using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using S2M.Coordinator.DataSets;
using S2M.Coordinator.Hosting;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Parameters;
using S2M.Coordinator.Security;
using S2M.Coordinator.Tests.DataSets;
using S2M.Coordinator.Tests.Dispatch;
using S2M.Coordinator.Tests.Storage;
using S2M.Specification;

namespace S2M.Coordinator.Tests.Jobs;

/// <summary>Loops of a silo, on a real database and the built-in data set, with and without a worker.</summary>
public sealed class JobRunsTests : IAsyncLifetime
{
    private const string Specification = """
        name: looped
        data:
          name: glyphs
        split:
          train: 10
          validation: 5
          test: 5
        training:
          steps: 1000000
          checkpoint_every: 1000000
          validate_every: 0
        """;

    private readonly StoreScene _scene = new();
    private readonly ApplicationLifetime _lifetime = new(NullLogger<ApplicationLifetime>.Instance);
    private readonly FakeDirectory _directory = new();
    private readonly PublishedArrays _arrays = new();
    private readonly JobRuns _runs;
    private readonly JobServices _services;

    public JobRunsTests()
    {
        _runs = new JobRuns(_lifetime, NullLogger<JobRuns>.Instance);
        var address = new ServiceAddress();
        address.Set("http://127.0.0.1:1");
        var contents = new ContentStore(
            Options.Create(new StateOptions { Folder = _scene.Folder }), Options.Create(new DataSetOptions()), TimeProvider.System, NullLogger<ContentStore>.Instance);
        _services = new JobServices(
            _scene.Store,
            _scene.History,
            _scene.Folders,
            _scene.Checkpoints,
            new DataSetLibrary(new MemoryRows(), contents),
            _arrays,
            new AccessToken(string.Empty),
            address,
            Options.Create(DispatchScene.Options),
            TimeProvider.System);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _runs.StopAsync(CancellationToken.None);
        _runs.Dispose();
        _services.DataSets.Dispose();
        _scene.Dispose();
    }

    [Fact]
    public async Task StopAsync_LoopThatTrains_WaitsForTheCheckpointOfItsLastStep()
    {
        await using FakeWorker worker = await FakeWorker.StartAsync("worker-0");
        string id = await StartAsync(worker);
        await StepsAsync(worker, 3);

        await _runs.StopAsync(id);

        _runs.IsRunning(id).ShouldBeFalse();
        JobRecord record = (await _scene.Store.FindAsync(id, Token)).ShouldNotBeNull();
        record.State.ShouldBe(JobState.Running, "the loop leaves the state alone");
        record.CheckpointStep.ShouldBeGreaterThanOrEqualTo(1);
        record.CheckpointStep.ShouldBe(record.Step, "every step that is recorded is in the checkpoint");
        (record.NumericContract, record.Canary.Length).ShouldBe(("cpu", 64));
        (await _scene.History.LinesAsync(id, 0, 100, Token))[^1].Message.ShouldBe("the loop stops with a checkpoint of its last whole step");
        _directory.Returned.ShouldContain(id, StringComparer.Ordinal);
        _arrays.Find(id).ShouldBeNull("nothing is offered any more");
    }

    [Fact]
    public async Task StopAsync_LoopThatWaitsForAWorker_Ends()
    {
        string id = await StartAsync();
        while ((await _scene.Store.FindAsync(id, Token))?.WaitsFor is not { Length: > 0 })
        {
            Token.ThrowIfCancellationRequested();
        }

        await _runs.StopAsync(id);

        _runs.Find(id).ShouldBeNull();
        (await _scene.Store.FindAsync(id, Token)).ShouldNotBeNull().State.ShouldBe(JobState.Running);
    }

    [Fact]
    public async Task StopAsync_HostStops_EndsEveryLoopAndTakesNoNewOnes()
    {
        string id = await StartAsync();
        _runs.AcceptsNew.ShouldBeTrue();

        _lifetime.StopApplication();
        await _runs.StopAsync(CancellationToken.None);

        _runs.AcceptsNew.ShouldBeFalse();
        _runs.IsRunning(id).ShouldBeFalse();
    }

    [Fact]
    public async Task Start_DataSetIsNotThere_TheJobFailsWithTheReason()
    {
        string id = await StartAsync(dataVersion: $"birds@{new string('0', 64)}");
        while (_runs.IsRunning(id))
        {
            Token.ThrowIfCancellationRequested();
        }

        JobRecord record = (await _scene.Store.FindAsync(id, Token)).ShouldNotBeNull();
        record.State.ShouldBe(JobState.Failed);
        record.Reason.ShouldContain("birds");
        (await _scene.History.LinesAsync(id, 0, 10, Token)).ShouldContain(line => line.Level == JobLogLevel.Error && line.Message == record.Reason);
    }

    [Fact]
    public async Task Start_JobWasTakenOver_TheLoopEndsAndChangesNothing()
    {
        await using FakeWorker worker = await FakeWorker.StartAsync("worker-0");
        string id = await StartAsync(worker);
        await StepsAsync(worker, 2);

        await _scene.Store.BeginEpochAsync(id, 1, "silo-2", StoredJobs.Noon, Token);
        while (_runs.IsRunning(id))
        {
            Token.ThrowIfCancellationRequested();
        }

        JobRecord record = (await _scene.Store.FindAsync(id, Token)).ShouldNotBeNull();
        (record.State, record.Epoch, record.CheckpointStep).ShouldBe((JobState.Running, 2, 0));
    }

    // By an owner at another silo, or by one whose write was obeyed without an answer: nobody stops the loop.
    [Fact]
    public async Task Start_JobIsMovedBehindTheLoopsBack_TheLoopStopsWithItsLastStep()
    {
        await using FakeWorker worker = await FakeWorker.StartAsync("worker-0");
        string id = await StartAsync(worker);
        await StepsAsync(worker, 3);

        await _scene.Store.MoveAsync(id, JobState.Running, JobState.Paused, "why", "ada", StoredJobs.Noon, Token);
        while (_runs.IsRunning(id))
        {
            Token.ThrowIfCancellationRequested();
        }

        JobRecord record = (await _scene.Store.FindAsync(id, Token)).ShouldNotBeNull();
        record.State.ShouldBe(JobState.Paused);
        (record.CheckpointStep, record.CheckpointStep > 0).ShouldBe((record.Step, true), "what was computed is kept");
        _directory.Returned.ShouldContain(id, StringComparer.Ordinal);
    }

    // Six calls: version 0, the canary, then a share for each step.
    private static async Task StepsAsync(FakeWorker worker, int steps)
    {
        for (int call = 0; call < steps + 3; call++)
        {
            await worker.EnteredAsync();
        }
    }

    private async Task<string> StartAsync(FakeWorker? worker = null, string? dataVersion = null)
    {
        JobSpecification job = JobFile.Parse(Specification, "test", []);
        NewJob described = StoredJobs.Describe("looped") with
        {
            Specification = CanonicalJson.Write(job),
            SpecificationHash = CanonicalJson.HashOf(job),
            DataVersion = dataVersion ?? _services.DataSets.BuiltIn.Version,
        };
        await _scene.Store.AddAsync(described, StoredJobs.Noon, Token);
        await _scene.Store.MoveAsync(described.Id, JobState.Queued, JobState.Running, "its turn", "coordinator", StoredJobs.Noon, Token);
        long epoch = (await _scene.Store.BeginEpochAsync(described.Id, 0, "silo-1", StoredJobs.Noon, Token)).ShouldNotBeNull();
        if (worker is not null)
        {
            worker.Version = version => _arrays.Find(described.Id)?.Version(version);
            _directory.Lend([worker.Lent]);
        }

        JobRecord record = (await _scene.Store.FindAsync(described.Id, Token)).ShouldNotBeNull();
        _runs.Start(new JobRun(record, epoch, _directory, _services), described.Id);
        return described.Id;
    }
}
