using S2M.Coordinator.Jobs;
using S2M.Coordinator.Storage;
using S2M.Coordinator.Training;

namespace S2M.Coordinator.Tests.Storage;

public abstract class JobHistoryTests(TestDatabase database)
{
    private static DateTimeOffset Noon => StoredJobs.Noon;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private JobStore Jobs { get; } = new(database.Database);

    private JobHistory History { get; } = new(database.Database);

    [Fact]
    public async Task AppendAsync_StepsValidationsAndLines_AreReadBackInOrder()
    {
        string id = await Jobs.BeginAsync("history");
        StepRecord[] steps = [new(2, 0.25, 0.5, 1e-3), new(1, 1.0 / 3, 0.1, 1e-3), new(3, double.PositiveInfinity, -0.0, double.Epsilon)];
        ValidationRecord[] validations = [new(3, 0.75), new(0, 0.2)];
        JobLogLine[] lines = [Line("began", key: "start"), Line("a\twarning 'ü'", JobLogLevel.Warning)];

        (await History.AppendAsync(id, 1, new JobEvents(steps, validations, lines), Token)).ShouldBeTrue();

        (await History.StepsAsync(id, 0, 10, Token)).ShouldBe([steps[1], steps[0], steps[2]]);
        (await History.StepsAsync(id, 1, 1, Token)).ShouldBe([steps[0]], "behind step 1, at most one");
        (await History.ValidationsAsync(id, -1, Token)).ShouldBe([validations[1], validations[0]]);
        (await History.ValidationsAsync(id, 0, Token)).ShouldBe([validations[0]]);
        (await History.LinesAsync(id, 0, 10, Token)).ShouldBe([lines[0] with { Offset = 1 }, lines[1] with { Offset = 2 }]);
        (await History.LinesAsync(id, 1, 10, Token)).ShouldBe([lines[1] with { Offset = 2 }]);
        (await History.LinesAsync(id, 0, 1, Token)).ShouldBe([lines[0] with { Offset = 1 }]);
        (await Jobs.FindAsync(id, Token)).ShouldNotBeNull().Step.ShouldBe(3);
    }

    [Fact]
    public async Task AppendAsync_NotANumber_IsReadBackAsNotANumber()
    {
        string id = await Jobs.BeginAsync("absent");
        StepRecord[] steps = [new(1, double.NaN, double.NaN, 1e-3), new(2, 0.5, 0.5, 1e-3)];

        await History.AppendAsync(id, 1, new JobEvents(steps, [new ValidationRecord(2, double.NaN)], []), Token);

        (await History.StepsAsync(id, 0, 10, Token)).ShouldBe(steps);
        (await History.ValidationsAsync(id, 0, Token)).ShouldBe([new ValidationRecord(2, double.NaN)]);
    }

    [Fact]
    public async Task AppendAsync_CountsOfSteps_AreKeptBesideTheirFiguresOnce()
    {
        string id = await Jobs.BeginAsync("counts");
        StepRecord[] steps = [new(1, 0.5, 0.5, 1e-3)];

        await History.AppendAsync(id, 1, new JobEvents(steps, [], []) { Counts = [new StepCount(1, "episodes_counted", 8), new StepCount(1, "backups", 2)] }, Token);
        await History.AppendAsync(id, 1, new JobEvents([], [], []) { Counts = [new StepCount(1, "backups", 7)] }, Token);

        (await History.StepsAsync(id, 0, 10, Token)).ShouldBe(steps);
        (await CountsAsync(id)).ShouldBe([("backups", 2.0), ("episodes_counted", 8.0)]);
    }

    [Fact]
    public async Task AppendAsync_TheSameAgain_IsNoChange()
    {
        string id = await Jobs.BeginAsync("repeated");
        var events = new JobEvents([new(1, 0.5, 0.5, 1e-3)], [new(1, 0.5)], [Line("one", key: "1"), Line("one again", key: "1"), Line("two", key: "2")]);
        var others = new JobEvents([new(1, 9, 9, 9), new(2, 0.4, 0.6, 1e-3)], [new(1, 9)], [Line("other", key: "2"), Line("three", key: "3")]);

        await History.AppendAsync(id, 1, events, Token);
        await History.AppendAsync(id, 1, events, Token);
        await History.AppendAsync(id, 1, others, Token);

        (await History.StepsAsync(id, 0, 10, Token)).ShouldBe([events.Steps[0], others.Steps[1]]);
        (await History.ValidationsAsync(id, 0, Token)).ShouldBe(events.Validations);
        (await History.LinesAsync(id, 0, 10, Token)).Select(line => (line.Offset, line.Message)).ShouldBe([(1, "one"), (2, "two"), (3, "three")]);
    }

    [Fact]
    public async Task AppendAsync_EarlierSteps_LeaveTheJobsStep()
    {
        string id = await Jobs.BeginAsync("earlier");

        await History.AppendAsync(id, 1, new JobEvents([new(7, 1, 1, 1)], [], []), Token);
        await History.AppendAsync(id, 1, new JobEvents([new(5, 1, 1, 1)], [new(9, 1)], []), Token);
        await History.AppendAsync(id, 1, new JobEvents([], [], []), Token);

        (await Jobs.FindAsync(id, Token)).ShouldNotBeNull().Step.ShouldBe(7);
    }

    [Fact]
    public async Task AppendAsync_OtherEpoch_StoresNothing()
    {
        string id = await Jobs.BeginAsync("stale");
        await Jobs.BeginEpochAsync(id, 1, "silo-2", Noon, Token);

        (await History.AppendAsync(id, 1, new JobEvents([new(1, 1, 1, 1)], [new(1, 1)], [Line("late")]), Token)).ShouldBeFalse();

        (await History.StepsAsync(id, 0, 10, Token)).ShouldBeEmpty();
        (await History.ValidationsAsync(id, 0, Token)).ShouldBeEmpty();
        (await History.LinesAsync(id, 0, 10, Token)).ShouldBeEmpty();
        (await Jobs.FindAsync(id, Token)).ShouldNotBeNull().Step.ShouldBe(0);
    }

    [Fact]
    public async Task AppendAsync_ThousandSteps_AreAllThere()
    {
        string id = await Jobs.BeginAsync("thousand");
        StepRecord[] steps = [.. Enumerable.Range(1, 1000).Select(step => new StepRecord(step, 1.0 / step, 0.5, 1e-3))];

        await History.AppendAsync(id, 1, new JobEvents(steps, [], []), Token);

        (await History.StepsAsync(id, 0, 2000, Token)).ShouldBe(steps);
    }

    [Fact]
    public async Task AppendAsyncAndAddLineAsync_ManyAtOnce_NumberLinesWithoutGaps()
    {
        string id = await Jobs.BeginAsync("crowd");

        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(async () =>
        {
            // Every second one tells what another tells too.
            await History.AppendAsync(id, 1, new JobEvents([], [], [Line($"loop {i}"), Line("shared", key: $"{i / 2}")]), Token);
            await History.AddLineAsync(id, Line($"user {i}"), Token);
        })));

        IReadOnlyList<JobLogLine> lines = await History.LinesAsync(id, 0, 100, Token);
        lines.Select(line => line.Offset).ShouldBe(Enumerable.Range(1, 30).Select(offset => (long)offset));
        lines.Count(line => line.Key.Length > 0).ShouldBe(6);
    }

    [Fact]
    public async Task AddLineAsync_KeyThatIsThere_IsLeftOut()
    {
        string id = await Jobs.BeginAsync("keyed");

        await History.AddLineAsync(id, Line("first", key: "k"), Token);
        await History.AddLineAsync(id, Line("second", key: "k"), Token);
        await History.AddLineAsync(id, Line("same"), Token);
        await History.AddLineAsync(id, Line("same"), Token);

        (await History.LinesAsync(id, 0, 10, Token)).Select(line => (line.Offset, line.Message)).ShouldBe([(1, "first"), (2, "same"), (3, "same")]);
    }

    [Fact]
    public async Task AddLineAsync_NoSuchJob_IsRefused()
        => (await Should.ThrowAsync<CoordinatorException>(() => History.AddLineAsync("nobody", Line("x"), Token)))
            .Message.ShouldContain("job 'nobody': expected one that is stored");

    private static JobLogLine Line(string message, JobLogLevel level = JobLogLevel.Info, string key = "") => new(0, key, Noon, level, 0, message);

    private Task<IReadOnlyList<(string Name, double Value)>> CountsAsync(string id)
        => database.Database.ReadAsync(
            "counts",
            session => session.ListAsync<(string, double)>(
                "SELECT name, value FROM job_metrics WHERE job_id = @id AND name IN ('backups', 'episodes_counted') ORDER BY name", new { id }),
            Token);
}

public sealed class SqliteJobHistoryTests(SqliteTestDatabase database) : JobHistoryTests(database), IClassFixture<SqliteTestDatabase>;

public sealed class PostgreSqlJobHistoryTests(PostgreSqlTestDatabase database) : JobHistoryTests(database), IClassFixture<PostgreSqlTestDatabase>;
