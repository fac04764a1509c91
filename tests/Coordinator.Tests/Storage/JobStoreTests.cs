using S2M.Coordinator.Jobs;
using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Tests.Storage;

public abstract class JobStoreTests(TestDatabase database)
{
    private static DateTimeOffset Noon => StoredJobs.Noon;

    private JobStore Store { get; } = new(database.Database);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AddAsync_NewJob_IsQueuedWithEverythingThatWasSubmitted()
    {
        NewJob job = StoredJobs.Describe("added", ("team", "vision"), ("why", "it's \"new\""));

        JobRecord record = await Store.AddAsync(job, Noon, Token);

        record.Job.ShouldBeEquivalentTo(job with { Labels = record.Job.Labels });
        record.Job.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).ShouldBe(job.Labels.OrderBy(label => label.Key, StringComparer.Ordinal));
        (record.State, record.Reason, record.Since, record.SubmittedAt).ShouldBe((JobState.Queued, "submitted", Noon, Noon));
        (record.Epoch, record.Owner, record.WaitsFor, record.WaitsSince, record.Step).ShouldBe((0, string.Empty, string.Empty, null, 0));
        (record.CheckpointEpoch, record.CheckpointStep, record.ParametersHash).ShouldBe((0, -1, string.Empty));
        (record.NumericContract, record.Canary, record.StartedAt, record.FinishedAt).ShouldBe((string.Empty, string.Empty, null, null));
        (await Store.FindAsync(job.Id, Token)).ShouldBeEquivalentTo(record);
        (await Store.TransitionsAsync(job.Id, Token)).ShouldBe([new JobTransition(1, null, JobState.Queued, "submitted", "ada", Noon)]);
    }

    [Fact]
    public async Task AddAsync_SameRequestAgain_GivesTheJobThatIsThere()
    {
        JobRecord first = await Store.AddAsync(StoredJobs.Describe("once"), Noon, Token);
        JobRecord second = await Store.AddAsync(StoredJobs.Describe("once") with { Id = "other-0123456789ab", Actor = "eve" }, Noon.AddHours(1), Token);

        second.ShouldBeEquivalentTo(first);
        (await Store.FindAsync("other-0123456789ab", Token)).ShouldBeNull();
        (await Store.TransitionsAsync(first.Job.Id, Token)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task AddAsync_SameRequestInAnotherNamespace_IsAnotherJob()
    {
        await Store.AddAsync(StoredJobs.Describe("twice"), Noon, Token);
        await Store.AddAsync(StoredJobs.Describe("twice") with { Id = "twice-ba9876543210", Namespace = "other" }, Noon, Token);

        (await Store.FindByPrefixAsync("twice", 10, Token)).ShouldBe(["twice-0123456789ab", "twice-ba9876543210"]);
    }

    [Fact]
    public async Task AddAsync_IdentifierOfAnotherRequest_IsRefusedAndNothingIsStored()
    {
        NewJob first = StoredJobs.Describe("taken", ("a", "1"));
        await Store.AddAsync(first, Noon, Token);

        CoordinatorException problem = await Should.ThrowAsync<CoordinatorException>(
            () => Store.AddAsync(first with { RequestId = "another", Actor = "eve" }, Noon, Token));

        problem.Message.ShouldContain("job 'taken-0123456789ab': expected an identifier that no other request has");
        (await Store.FindAsync(first.Id, Token)).ShouldNotBeNull().Job.Actor.ShouldBe("ada");
        (await Store.TransitionsAsync(first.Id, Token)).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AddAsync_SameRequestManyTimesAtOnce_GivesOneJob(bool sameId)
    {
        string name = $"parallel{sameId}";
        NewJob job = StoredJobs.Describe(name, ("a", "1"));

        JobRecord[] records = await Task.WhenAll(Enumerable.Range(0, 16).Select(
            i => Task.Run(() => Store.AddAsync(sameId ? job : job with { Id = $"{name}-{i:D12}" }, Noon.AddSeconds(i), Token))));

        records.Select(record => (record.Job.Id, record.SubmittedAt)).Distinct().Count().ShouldBe(1);
        (await Store.FindByPrefixAsync(name, 100, Token)).ShouldBe([records[0].Job.Id]);
        (await Store.TransitionsAsync(records[0].Job.Id, Token)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task FindAsync_NoSuchJob_GivesNull() => (await Store.FindAsync("nobody", Token)).ShouldBeNull();

    [Fact]
    public async Task FindByPrefixAsync_Wildcards_AreTakenLiterally()
    {
        foreach (string name in (string[])["p_a", "pxa", "p%a", "P_a", "p_b", "p_c"])
        {
            await Store.AddAsync(StoredJobs.Describe(name), Noon, Token);
        }

        (await Store.FindByPrefixAsync("p_", 2, Token)).ShouldBe(["p_a-0123456789ab", "p_b-0123456789ab"], "in order, at most two");
        (await Store.FindByPrefixAsync("p%", 10, Token)).ShouldBe(["p%a-0123456789ab"]);
        (await Store.FindByPrefixAsync("P", 10, Token)).ShouldBe(["P_a-0123456789ab"]);
        (await Store.FindByPrefixAsync("p_a-0123456789ab0", 10, Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task ListAsync_Pages_GiveEachJobOnceNewestFirst()
    {
        // Two at each time: the identifier decides between them, by its bytes ('B' before 'a').
        string[] names = ["page-B", "page-a", "page-c", "page-D", "page-e"];
        for (int i = 0; i < names.Length; i++)
        {
            await Store.AddAsync(StoredJobs.Describe(names[i]) with { Namespace = "pages" }, Noon.AddSeconds(i / 2), Token);
        }

        var listed = new List<string>();
        string? before = null;
        do
        {
            IReadOnlyList<JobRecord> page = await Store.ListAsync(new JobFilter("pages", [], new Dictionary<string, string>(StringComparer.Ordinal), 2, before), Token);
            listed.AddRange(page.Select(record => record.Job.Name));
            before = page.Count > 0 ? page[^1].Job.Id : null;
        }
        while (before is not null);

        listed.ShouldBe(["page-e", "page-c", "page-D", "page-a", "page-B"]);
    }

    [Fact]
    public async Task ListAsync_Filters_AreAllMet()
    {
        await Store.AddAsync(StoredJobs.Describe("f1", ("team", "a"), ("kind", "x")) with { Namespace = "filters" }, Noon, Token);
        await Store.AddAsync(StoredJobs.Describe("f2", ("team", "a"), ("kind", "y")) with { Namespace = "filters" }, Noon.AddSeconds(1), Token);
        await Store.AddAsync(StoredJobs.Describe("f3", ("team", "b'; --"), ("kind", "a")) with { Namespace = "filters" }, Noon.AddSeconds(2), Token);
        await Store.AddAsync(StoredJobs.Describe("f4", ("team", "a"), ("kind", "x")) with { Namespace = "elsewhere" }, Noon.AddSeconds(3), Token);
        await Store.MoveAsync("f2-0123456789ab", JobState.Queued, JobState.Cancelled, "no", "ada", Noon, Token);

        (await NamesAsync("filters", [])).ShouldBe(["f3", "f2", "f1"]);
        (await NamesAsync(null, [], ("team", "a"), ("kind", "x"))).ShouldBe(["f4", "f1"]);
        (await NamesAsync("filters", [], ("team", "a"))).ShouldBe(["f2", "f1"]);
        (await NamesAsync("filters", [], ("team", "b'; --"))).ShouldBe(["f3"]);
        (await NamesAsync("filters", [JobState.Cancelled, JobState.Failed])).ShouldBe(["f2"]);
        (await NamesAsync("filters", [JobState.Queued], ("team", "a"))).ShouldBe(["f1"]);
        (await NamesAsync("nowhere", [])).ShouldBeEmpty();

        async Task<IEnumerable<string>> NamesAsync(string? @namespace, JobState[] states, params (string Name, string Value)[] labels)
            => (await Store.ListAsync(new JobFilter(@namespace, states, labels.ToDictionary(label => label.Name, label => label.Value, StringComparer.Ordinal), 10), Token))
                .Select(record => record.Job.Name);
    }

    [Fact]
    public async Task MoveAsync_ToAnEndAndBack_SetsAndClearsItsTime()
    {
        string id = await Store.BeginAsync("moved");
        await Store.SetWaitAsync(id, 1, "a worker", Noon, Token);

        (await Store.MoveAsync(id, JobState.Running, JobState.Failed, "broken", "coordinator", Noon.AddSeconds(1), Token)).ShouldBeTrue();
        JobRecord ended = (await Store.FindAsync(id, Token)).ShouldNotBeNull();
        (ended.State, ended.Reason, ended.Since, ended.FinishedAt).ShouldBe((JobState.Failed, "broken", Noon.AddSeconds(1), Noon.AddSeconds(1)));
        (ended.WaitsFor, ended.WaitsSince).ShouldBe((string.Empty, null));

        (await Store.MoveAsync(id, JobState.Failed, JobState.Queued, "again", "ada", Noon.AddSeconds(2), Token)).ShouldBeTrue();
        (await Store.FindAsync(id, Token)).ShouldNotBeNull().FinishedAt.ShouldBeNull();
        (await Store.TransitionsAsync(id, Token)).Select(move => (move.Sequence, move.From, move.To, move.Actor)).ShouldBe(
        [
            (1, null, JobState.Queued, "ada"),
            (2, JobState.Queued, JobState.Running, "coordinator"),
            (3, JobState.Running, JobState.Failed, "coordinator"),
            (4, JobState.Failed, JobState.Queued, "ada"),
        ]);
    }

    [Fact]
    public async Task MoveAsync_StateIsAnother_ChangesNothing()
    {
        string id = await Store.BeginAsync("unmoved");
        JobRecord before = (await Store.FindAsync(id, Token)).ShouldNotBeNull();

        (await Store.MoveAsync(id, JobState.Queued, JobState.Cancelled, "no", "ada", Noon.AddDays(1), Token)).ShouldBeFalse();
        (await Store.MoveAsync("nobody", JobState.Queued, JobState.Cancelled, "no", "ada", Noon, Token)).ShouldBeFalse();

        (await Store.FindAsync(id, Token)).ShouldBeEquivalentTo(before);
        (await Store.TransitionsAsync(id, Token)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task MoveAsync_ManyAtOnce_OneWins()
    {
        string id = await Store.RunAsync("race");

        bool[] moved = await Task.WhenAll(Enumerable.Range(0, 16).Select(
            i => Task.Run(() => Store.MoveAsync(id, JobState.Running, JobState.Paused, $"{i}", "ada", Noon, Token))));

        moved.Count(won => won).ShouldBe(1);
        (await Store.TransitionsAsync(id, Token)).Select(move => move.Sequence).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task BeginEpochAsync_RunningJob_RaisesTheEpochAndKeepsTheFirstStart()
    {
        string id = await Store.RunAsync("epochs");

        (await Store.BeginEpochAsync(id, 0, "silo-1", Noon, Token)).ShouldBe(1);
        (await Store.BeginEpochAsync(id, 1, "silo-2", Noon.AddHours(1), Token)).ShouldBe(2);
        (await Store.BeginEpochAsync(id, 1, "silo-3", Noon, Token)).ShouldBeNull("the epoch is 2");

        JobRecord record = (await Store.FindAsync(id, Token)).ShouldNotBeNull();
        (record.Epoch, record.Owner, record.StartedAt).ShouldBe((2, "silo-2", Noon));
    }

    [Fact]
    public async Task BeginEpochAsync_JobNotRunning_GivesNull()
    {
        JobRecord job = await Store.AddAsync(StoredJobs.Describe("queued"), Noon, Token);

        (await Store.BeginEpochAsync(job.Job.Id, 0, "silo-1", Noon, Token)).ShouldBeNull();

        (await Store.FindAsync(job.Job.Id, Token)).ShouldBeEquivalentTo(job);
    }

    [Fact]
    public async Task BeginEpochAsync_ManyAtOnce_ExactlyOneWins()
    {
        string id = await Store.RunAsync("begun");

        long?[] epochs = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => Store.BeginEpochAsync(id, 0, $"silo-{i}", Noon, Token))));

        epochs.Where(epoch => epoch is not null).ShouldBe([1]);
        (await Store.FindAsync(id, Token)).ShouldNotBeNull().Owner.ShouldBe($"silo-{Array.IndexOf(epochs, 1L)}");
    }

    [Fact]
    public async Task FinishAsync_Succeeded_StoresHashTransitionAndEnd()
    {
        string id = await Store.BeginAsync("finished");
        await Store.SetWaitAsync(id, 1, "a worker", Noon, Token);

        (await Store.FinishAsync(id, 1, JobState.Succeeded, "all steps made", "hash", Noon.AddHours(1), Token)).ShouldBeTrue();
        (await Store.FinishAsync(id, 1, JobState.Failed, "late", "other", Noon.AddHours(2), Token)).ShouldBeFalse("it runs no more");

        JobRecord record = (await Store.FindAsync(id, Token)).ShouldNotBeNull();
        (record.State, record.Reason, record.ParametersHash, record.FinishedAt, record.WaitsFor).ShouldBe(
            (JobState.Succeeded, "all steps made", "hash", Noon.AddHours(1), string.Empty));
        (await Store.TransitionsAsync(id, Token))[^1].ShouldBe(new JobTransition(3, JobState.Running, JobState.Succeeded, "all steps made", "coordinator", Noon.AddHours(1)));
    }

    [Fact]
    public async Task FinishAsync_Failed_StoresNoHash()
    {
        string id = await Store.BeginAsync("failing");

        (await Store.FinishAsync(id, 1, JobState.Failed, "broken", "hash", Noon, Token)).ShouldBeTrue();

        (await Store.FindAsync(id, Token)).ShouldNotBeNull().ParametersHash.ShouldBeEmpty();
    }

    [Fact]
    public async Task FinishAsync_JobWasPausedAndResumedSinceTheEpochBegan_IsRefused()
    {
        string id = await Store.BeginAsync("resumed");
        await Store.MoveAsync(id, JobState.Running, JobState.Paused, "why", "ada", Noon, Token);
        await Store.MoveAsync(id, JobState.Paused, JobState.Queued, "why", "ada", Noon, Token);
        await Store.MoveAsync(id, JobState.Queued, JobState.Running, "its turn", "coordinator", Noon, Token);

        (await Store.FinishAsync(id, 1, JobState.Failed, "an error from before the pause", string.Empty, Noon, Token)).ShouldBeFalse();

        (await Store.FindAsync(id, Token)).ShouldNotBeNull().State.ShouldBe(JobState.Running);
    }

    [Fact]
    public async Task SetWaitAsync_JobThatIsPaused_WaitsForNothing()
    {
        string id = await Store.BeginAsync("resting");
        await Store.MoveAsync(id, JobState.Running, JobState.Paused, "why", "ada", Noon, Token);

        (await Store.SetWaitAsync(id, 1, "a worker", Noon, Token)).ShouldBeFalse();

        (await Store.FindAsync(id, Token)).ShouldNotBeNull().WaitsFor.ShouldBeEmpty();
    }

    [Fact]
    public async Task FinishAsync_StateThatEndsNothing_IsRefused()
        => (await Should.ThrowAsync<ArgumentException>(() => Store.FinishAsync("any", 1, JobState.Paused, "?", string.Empty, Noon, Token)))
            .Message.ShouldContain("expected a state that ends a job, got Paused");

    [Fact]
    public async Task EveryWriteOfALoop_OlderEpoch_IsRefusedWithoutATrace()
    {
        string id = await Store.BeginAsync("overtaken");
        var old = new CheckpointRecord(1, 10, "h10", 100, Noon);
        await Store.PublishCheckpointAsync(id, old, Token);
        (await Store.BeginEpochAsync(id, 1, "silo-2", Noon, Token)).ShouldBe(2);
        JobRecord before = (await Store.FindAsync(id, Token)).ShouldNotBeNull();

        (await Store.FinishAsync(id, 1, JobState.Succeeded, "done", "hash", Noon, Token)).ShouldBeFalse();
        (await Store.SetWaitAsync(id, 1, "nothing", Noon, Token)).ShouldBeFalse();
        (await Store.PinNumericsAsync(id, 1, "contract", "canary", Token)).ShouldBeNull();
        (await Store.PublishCheckpointAsync(id, new CheckpointRecord(1, 20, "h20", 100, Noon), Token)).ShouldBeFalse();
        (await Store.ForgetCheckpointsAsync(id, 1, [old], Token)).ShouldBeFalse();

        (await Store.FindAsync(id, Token)).ShouldBeEquivalentTo(before);
        (await Store.CheckpointsAsync(id, Token)).ShouldBe([old]);
        (await Store.TransitionsAsync(id, Token)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task SetWaitAsync_SameText_KeepsItsTime()
    {
        string id = await Store.BeginAsync("waiting");

        (await Store.SetWaitAsync(id, 1, "a worker", Noon, Token)).ShouldBeTrue();
        (await Store.SetWaitAsync(id, 1, "a worker", Noon.AddHours(1), Token)).ShouldBeTrue();
        await ShouldWaitAsync("a worker", Noon);
        await Store.SetWaitAsync(id, 1, "the database", Noon.AddHours(2), Token);
        await ShouldWaitAsync("the database", Noon.AddHours(2));
        await Store.SetWaitAsync(id, 1, string.Empty, Noon.AddHours(3), Token);
        await ShouldWaitAsync(string.Empty, null);

        async Task ShouldWaitAsync(string text, DateTimeOffset? since)
        {
            JobRecord record = (await Store.FindAsync(id, Token)).ShouldNotBeNull();
            (record.WaitsFor, record.WaitsSince).ShouldBe((text, since));
        }
    }

    [Fact]
    public async Task PinNumericsAsync_SecondTime_ChangesNothing()
    {
        string id = await Store.BeginAsync("pinned");

        JobRecord first = (await Store.PinNumericsAsync(id, 1, "contract", "canary", Token)).ShouldNotBeNull();
        JobRecord second = (await Store.PinNumericsAsync(id, 1, "other", "other", Token)).ShouldNotBeNull();

        (first.NumericContract, first.Canary).ShouldBe(("contract", "canary"));
        second.ShouldBeEquivalentTo(first);
    }

    [Fact]
    public async Task PublishCheckpointAsync_InOrder_MovesThePointerAndKeepsTheRows()
    {
        string id = await Store.BeginAsync("published");
        CheckpointRecord[] checkpoints = [new(1, 0, "h0", 100, Noon), new(1, 10, "h10", 5_000_000_000, Noon.AddSeconds(1))];

        foreach (CheckpointRecord checkpoint in checkpoints)
        {
            (await Store.PublishCheckpointAsync(id, checkpoint, Token)).ShouldBeTrue();
        }

        (await Store.PublishCheckpointAsync(id, checkpoints[1] with { Time = Noon.AddHours(1) }, Token)).ShouldBeTrue("the same again is no change");
        (await Store.CheckpointsAsync(id, Token)).ShouldBe(checkpoints);
        JobRecord record = (await Store.FindAsync(id, Token)).ShouldNotBeNull();
        (record.CheckpointEpoch, record.CheckpointStep).ShouldBe((1, 10));
    }

    [Fact]
    public async Task CheckpointsAsync_TwoEpochs_AreOrderedByStepThenEpoch()
    {
        string id = await Store.BeginAsync("ordered");
        await Store.PublishCheckpointAsync(id, new CheckpointRecord(1, 10, "h", 1, Noon), Token);
        await Store.PublishCheckpointAsync(id, new CheckpointRecord(1, 20, "h", 1, Noon), Token);
        await Store.BeginEpochAsync(id, 1, "silo-2", Noon, Token);
        await Store.PublishCheckpointAsync(id, new CheckpointRecord(2, 10, "h", 1, Noon), Token);

        (await Store.CheckpointsAsync(id, Token)).Select(row => (row.Step, row.Epoch)).ShouldBe([(10, 1), (10, 2), (20, 1)]);
    }

    [Fact]
    public async Task ForgetCheckpointsAsync_AllOfThem_LeavesThePointersOwn()
    {
        string id = await Store.BeginAsync("forgotten");
        CheckpointRecord[] checkpoints = [new(1, 0, "h0", 1, Noon), new(1, 10, "h10", 1, Noon), new(1, 20, "h20", 1, Noon)];
        foreach (CheckpointRecord checkpoint in checkpoints)
        {
            await Store.PublishCheckpointAsync(id, checkpoint, Token);
        }

        (await Store.ForgetCheckpointsAsync(id, 1, checkpoints, Token)).ShouldBeTrue();
        (await Store.ForgetCheckpointsAsync(id, 1, [], Token)).ShouldBeTrue();

        (await Store.CheckpointsAsync(id, Token)).ShouldBe([checkpoints[2]]);
    }
}

public sealed class SqliteJobStoreTests(SqliteTestDatabase database) : JobStoreTests(database), IClassFixture<SqliteTestDatabase>;

public sealed class PostgreSqlJobStoreTests(PostgreSqlTestDatabase database) : JobStoreTests(database), IClassFixture<PostgreSqlTestDatabase>;
