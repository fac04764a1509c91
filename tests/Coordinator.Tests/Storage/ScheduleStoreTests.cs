using S2M.Coordinator.Schedules;
using S2M.Coordinator.Storage;

namespace S2M.Coordinator.Tests.Storage;

public abstract class ScheduleStoreTests(TestDatabase database)
{
    private const string Space = "default";

    private static DateTimeOffset Noon => StoredJobs.Noon;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ScheduleStore Store { get; } = new(database.Database);

    [Fact]
    public async Task AddAsync_NameThatIsTaken_IsRefusedAndTheFirstStays()
    {
        ScheduleRecord schedule = Describe("added");

        (await Store.AddAsync(schedule, Token)).ShouldBeTrue();
        (await Store.AddAsync(schedule with { Cron = "* * * * *" }, Token)).ShouldBeFalse();
        (await Store.AddAsync(schedule with { Namespace = "other" }, Token)).ShouldBeTrue();

        ShouldBeSame(await Store.FindAsync(Space, "added", Token), schedule);
        (await Store.FindAsync(Space, "unknown", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task ListAsync_Namespace_GivesItsSchedulesByName()
    {
        foreach (string name in (string[])["b", "a", "C"])
        {
            await Store.AddAsync(Describe(name) with { Namespace = "listed" }, Token);
        }

        (await Store.ListAsync("listed", Token)).Select(schedule => schedule.Name).ShouldBe(["C", "a", "b"]);
    }

    [Fact]
    public async Task DueAsync_Now_GivesTheLongestDueFirst()
    {
        DateTimeOffset past = Noon.AddYears(-10);
        await Store.AddAsync(Describe("due-1") with { NextDue = past.AddMinutes(2) }, Token);
        await Store.AddAsync(Describe("due-2") with { NextDue = past.AddMinutes(1), Namespace = "due" }, Token);
        await Store.AddAsync(Describe("due-3") with { NextDue = past.AddMinutes(3) }, Token);
        await Store.AddAsync(Describe("due-4") with { NextDue = null, Paused = true }, Token);

        (await Store.DueAsync(past.AddMinutes(2), Token)).Select(schedule => schedule.Name).ShouldBe(["due-2", "due-1"]);
    }

    [Fact]
    public async Task SetPausedAsync_PauseAndResume_SetFlagAndDueTime()
    {
        ScheduleRecord schedule = Describe("paused");
        await Store.AddAsync(schedule, Token);

        ShouldBeSame(await Store.SetPausedAsync(Space, "paused", true, null, Token), schedule with { Paused = true, NextDue = null });
        ShouldBeSame(await Store.SetPausedAsync(Space, "paused", false, Noon.AddDays(2), Token), schedule with { NextDue = Noon.AddDays(2) });
        (await Store.SetPausedAsync(Space, "unknown", true, null, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task AdvanceAsync_DueTimeIsAnother_StoresNothing()
    {
        ScheduleRecord schedule = Describe("advanced");
        await Store.AddAsync(schedule, Token);

        (await Store.AdvanceAsync(Space, "advanced", Noon.AddSeconds(1), Noon.AddDays(1), Run(Noon), Token)).ShouldBeFalse();
        (await Store.AdvanceAsync(Space, "unknown", Noon, Noon.AddDays(1), Run(Noon), Token)).ShouldBeFalse();

        ShouldBeSame(await Store.FindAsync(Space, "advanced", Token), schedule);
        (await Store.RunsAsync(Space, "advanced", 10, Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task AdvanceAsync_ManyAtOnce_OneWins()
    {
        await Store.AddAsync(Describe("race"), Token);

        bool[] won = await Task.WhenAll(Enumerable.Range(0, 12).Select(
            i => Task.Run(() => Store.AdvanceAsync(Space, "race", Noon, Noon.AddDays(1), Run(Noon) with { JobId = $"job-{i}" }, Token))));

        won.Count(first => first).ShouldBe(1);
        (await Store.RunsAsync(Space, "race", 10, Token)).ShouldHaveSingleItem().JobId.ShouldBe($"job-{Array.IndexOf(won, true)}");
        (await Store.FindAsync(Space, "race", Token)).ShouldNotBeNull().NextDue.ShouldBe(Noon.AddDays(1));
    }

    [Fact]
    public async Task AdvanceAsync_NoTimeLeft_IsNeverDueAgain()
    {
        await Store.AddAsync(Describe("last") with { NextDue = Noon.AddYears(-20) }, Token);

        (await Store.AdvanceAsync(Space, "last", Noon.AddYears(-20), null, Run(Noon), Token)).ShouldBeTrue();

        (await Store.DueAsync(Noon.AddYears(-20), Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task PutRunAsync_SameDueTimeAgain_ReplacesWhatBecameOfIt()
    {
        await Store.AddAsync(Describe("runs"), Token);
        ScheduleRunRecord refused = Run(Noon) with { Outcome = ScheduleOutcome.Refused, Reason = "no data set", JobId = string.Empty };
        ScheduleRunRecord later = Run(Noon.AddMilliseconds(1));

        await Store.PutRunAsync(Space, "runs", Run(Noon), Token);
        await Store.PutRunAsync(Space, "runs", later, Token);
        await Store.PutRunAsync(Space, "runs", refused, Token);

        (await Store.RunsAsync(Space, "runs", 10, Token)).ShouldBe([later, refused]);
        (await Store.RunsAsync(Space, "runs", 1, Token)).ShouldBe([later]);
    }

    [Fact]
    public async Task RemoveAsync_WithRuns_RemovesBoth()
    {
        await Store.AddAsync(Describe("removed"), Token);
        await Store.PutRunAsync(Space, "removed", Run(Noon), Token);

        (await Store.RemoveAsync(Space, "removed", Token)).ShouldBeTrue();
        (await Store.RemoveAsync(Space, "removed", Token)).ShouldBeFalse();
        await Store.PutRunAsync(Space, "removed", Run(Noon.AddDays(1)), Token);

        (await Store.AddAsync(Describe("removed"), Token)).ShouldBeTrue("the name is free");
        (await Store.RunsAsync(Space, "removed", 10, Token)).ShouldBeEmpty();
    }

    private static ScheduleRecord Describe(string name) => new(
        Space,
        name,
        "0 12 * * *",
        "Europe/Zurich",
        "name: nightly\n",
        StartFrom.Latest,
        MissedRuns.Skip,
        new Dictionary<string, string>(StringComparer.Ordinal) { ["team"] = "vision" },
        Paused: false,
        Noon,
        "ada",
        Noon.AddDays(-1));

    private static ScheduleRunRecord Run(DateTimeOffset due) => new(due, ScheduleOutcome.Started, "due", "job-1", "job-0");

    private static void ShouldBeSame(ScheduleRecord? record, ScheduleRecord expected)
    {
        record.ShouldNotBeNull().Labels.ShouldBe(expected.Labels);
        (record with { Labels = expected.Labels }).ShouldBe(expected);
    }
}

public sealed class SqliteScheduleStoreTests(SqliteTestDatabase database) : ScheduleStoreTests(database), IClassFixture<SqliteTestDatabase>;

public sealed class PostgreSqlScheduleStoreTests(PostgreSqlTestDatabase database) : ScheduleStoreTests(database), IClassFixture<PostgreSqlTestDatabase>;
