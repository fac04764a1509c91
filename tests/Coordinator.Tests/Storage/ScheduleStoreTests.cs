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
    public async Task DueAsync_ManyOfOneTime_AreOrderedByName()
    {
        DateTimeOffset past = Noon.AddYears(-5);
        foreach (string name in (string[])["tie-c", "tie-a", "tie-b"])
        {
            await Store.AddAsync(Describe(name) with { NextDue = past }, Token);
        }

        (await TiesAsync(past)).ShouldBe(["tie-a", "tie-b", "tie-c"]);
        (await TiesAsync(past.AddMilliseconds(-1))).ShouldBeEmpty("a millisecond before");

        async Task<IEnumerable<string>> TiesAsync(DateTimeOffset now)
            => (await Store.DueAsync(now, Token)).Select(schedule => schedule.Name).Where(name => name.StartsWith("tie", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SetPausedAsync_PauseAndResume_SetFlagAndDueTimeAndRaiseTheRevision()
    {
        ScheduleRecord schedule = Describe("paused");
        await Store.AddAsync(schedule, Token);

        ScheduleRecord paused = schedule with { Paused = true, NextDue = null, Revision = 1 };
        ScheduleRecord resumed = schedule with { NextDue = Noon.AddDays(2), Revision = 2 };
        ShouldBeSame(await Store.SetPausedAsync(Space, "paused", true, null, Token), paused);
        ShouldBeSame(await Store.FindAsync(Space, "paused", Token), paused);
        ShouldBeSame(await Store.SetPausedAsync(Space, "paused", false, Noon.AddDays(2), Token), resumed);
        ShouldBeSame(await Store.FindAsync(Space, "paused", Token), resumed);
        (await Store.SetPausedAsync(Space, "unknown", true, null, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task AdvanceAsync_RowAsSeen_RecordsTheRunAndMovesOn()
    {
        ScheduleRecord schedule = await AddAsync("advanced");
        ScheduleRunRecord run = Run(Noon);

        (await Store.AdvanceAsync(schedule, Noon.AddDays(1), run, Token)).ShouldBeTrue();

        ShouldBeSame(await Store.FindAsync(Space, "advanced", Token), schedule with { NextDue = Noon.AddDays(1), Revision = 1 });
        (await Store.RunsAsync(Space, "advanced", 10, Token)).ShouldBe([run]);
        (await Store.FindRunAsync(Space, "advanced", Noon, Token)).ShouldBe(run);
        (await Store.FindRunAsync(Space, "advanced", Noon.AddMilliseconds(1), Token)).ShouldBeNull();
        (await Store.FindRunAsync("other", "advanced", Noon, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task AdvanceAsync_RowIsAnother_StoresNothing()
    {
        ScheduleRecord schedule = await AddAsync("changed");
        ScheduleRecord[] others =
        [
            schedule with { Revision = 1 },
            schedule with { CreatedAt = schedule.CreatedAt.AddMilliseconds(1) },
            schedule with { Name = "changed-too" },
            schedule with { Namespace = "other" },
        ];
        foreach (ScheduleRecord other in others)
        {
            (await Store.AdvanceAsync(other, Noon.AddDays(1), Run(Noon), Token)).ShouldBeFalse();
        }

        ShouldBeSame(await Store.FindAsync(Space, "changed", Token), schedule);
        (await Store.RunsAsync(Space, "changed", 10, Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task AdvanceAsync_PausedMeanwhile_StoresNothing()
    {
        ScheduleRecord schedule = await AddAsync("paused-meanwhile");
        await Store.SetPausedAsync(Space, "paused-meanwhile", true, null, Token);

        (await Store.AdvanceAsync(schedule, Noon.AddDays(1), Run(Noon), Token)).ShouldBeFalse();

        (await Store.FindAsync(Space, "paused-meanwhile", Token)).ShouldNotBeNull().Paused.ShouldBeTrue();
    }

    [Fact]
    public async Task AdvanceAsync_DueTimeThatHasItsRun_FailsAndChangesNothing()
    {
        ScheduleRecord schedule = await AddAsync("twice");
        await Store.AdvanceAsync(schedule, Noon.AddDays(1), Run(Noon), Token);
        ScheduleRecord seen = (await Store.FindAsync(Space, "twice", Token)).ShouldNotBeNull();

        await Should.ThrowAsync<StorageException>(() => Store.AdvanceAsync(seen, Noon.AddDays(2), Run(Noon) with { Reason = "again" }, Token));

        ShouldBeSame(await Store.FindAsync(Space, "twice", Token), seen);
        (await Store.RunsAsync(Space, "twice", 10, Token)).ShouldBe([Run(Noon)]);
    }

    [Fact]
    public async Task AdvanceAsync_ManyAtOnce_OneWins()
    {
        ScheduleRecord seen = await AddAsync("race");

        bool[] won = await Task.WhenAll(Enumerable.Range(0, 12).Select(
            i => Task.Run(() => Store.AdvanceAsync(seen, Noon.AddDays(1), Run(Noon) with { Reason = $"silo {i}" }, Token))));

        won.Count(first => first).ShouldBe(1);
        (await Store.RunsAsync(Space, "race", 10, Token)).ShouldHaveSingleItem().Reason.ShouldBe($"silo {Array.IndexOf(won, true)}");
        (await Store.FindAsync(Space, "race", Token)).ShouldNotBeNull().Revision.ShouldBe(1);
    }

    [Fact]
    public async Task AdvanceAsync_NoTimeLeft_IsNeverDueAgain()
    {
        ScheduleRecord seen = await AddAsync("last", Noon.AddYears(-20));

        (await Store.AdvanceAsync(seen, null, Run(Noon), Token)).ShouldBeTrue();

        (await Store.DueAsync(Noon.AddYears(-20), Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task UnsubmittedAsync_RunsOfAllKinds_GivesThoseThatAreStartedWithoutAJob()
    {
        ScheduleRecord later = await AddAsync("open-later");
        ScheduleRecord earlier = await AddAsync("open-earlier");
        ScheduleRecord skipped = await AddAsync("open-skipped");
        await Store.AdvanceAsync(later, Noon.AddDays(1), Run(Noon), Token);
        await Store.AdvanceAsync(earlier, Noon.AddDays(1), Run(Noon.AddMinutes(-1)), Token);
        await Store.AdvanceAsync(skipped, Noon.AddDays(1), Run(Noon) with { Outcome = ScheduleOutcome.Skipped }, Token);
        ScheduleRecord done = await AddAsync("open-done");
        await Store.AdvanceAsync(done, Noon.AddDays(1), Run(Noon), Token);
        await Store.CompleteRunAsync(Space, "open-done", Run(Noon) with { JobId = "job-1" }, Token);

        UnsubmittedRun[] open = [.. (await Store.UnsubmittedAsync(Token)).Where(run => run.Schedule.Name.StartsWith("open-", StringComparison.Ordinal))];

        open.Select(run => (run.Schedule.Name, run.Run)).ShouldBe([("open-earlier", Run(Noon.AddMinutes(-1))), ("open-later", Run(Noon))]);
        ShouldBeSame(open[1].Schedule, later with { NextDue = Noon.AddDays(1), Revision = 1 });
    }

    [Fact]
    public async Task CompleteRunAsync_StartedWithoutAJob_SetsWhatBecameOfIt()
    {
        await Store.AdvanceAsync(await AddAsync("completed"), Noon.AddDays(1), Run(Noon), Token);
        ScheduleRunRecord submitted = Run(Noon) with { Reason = "submitted", JobId = "job-1", StartedFrom = "job-0" };

        await Store.CompleteRunAsync(Space, "completed", submitted, Token);
        await Store.CompleteRunAsync(Space, "completed", submitted with { Outcome = ScheduleOutcome.Refused, JobId = string.Empty }, Token);
        await Store.CompleteRunAsync(Space, "completed", submitted with { JobId = "job-2" }, Token);
        await Store.CompleteRunAsync(Space, "completed", submitted with { Due = Noon.AddDays(1) }, Token);
        await Store.CompleteRunAsync(Space, "unknown", submitted, Token);

        (await Store.RunsAsync(Space, "completed", 10, Token)).ShouldBe([submitted], "the first completion stands, and none makes a run");
    }

    [Fact]
    public async Task CompleteRunAsync_Refused_StaysRefused()
    {
        await Store.AdvanceAsync(await AddAsync("refused"), Noon.AddDays(1), Run(Noon), Token);
        ScheduleRunRecord refused = Run(Noon) with { Outcome = ScheduleOutcome.Refused, Reason = "no data set" };

        await Store.CompleteRunAsync(Space, "refused", refused, Token);
        await Store.CompleteRunAsync(Space, "refused", Run(Noon) with { JobId = "job-1" }, Token);

        (await Store.FindRunAsync(Space, "refused", Noon, Token)).ShouldBe(refused);
    }

    [Fact]
    public async Task RunsAsync_Several_GivesTheNewestFirst()
    {
        ScheduleRecord seen = await AddAsync("runs");
        for (int minute = 0; minute < 5; minute++)
        {
            (await Store.AdvanceAsync(seen, Noon, Run(Noon.AddMinutes(minute)), Token)).ShouldBeTrue();
            seen = (await Store.FindAsync(Space, "runs", Token)).ShouldNotBeNull();
        }

        seen.Revision.ShouldBe(5);
        (await Store.RunsAsync(Space, "runs", 10, Token)).Select(run => run.Due).ShouldBe(Enumerable.Range(0, 5).Reverse().Select(minute => Noon.AddMinutes(minute)));
        (await Store.RunsAsync(Space, "runs", 2, Token)).Select(run => run.Due).ShouldBe([Noon.AddMinutes(4), Noon.AddMinutes(3)]);
        (await Store.RunsAsync("other", "runs", 2, Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task RemoveAsync_WithRuns_RemovesBoth()
    {
        ScheduleRecord removed = await AddAsync("removed");
        await Store.AdvanceAsync(removed, Noon.AddDays(1), Run(Noon), Token);

        (await Store.RemoveAsync(Space, "removed", Token)).ShouldBeTrue();
        (await Store.RemoveAsync(Space, "removed", Token)).ShouldBeFalse();
        (await Store.FindRunAsync(Space, "removed", Noon, Token)).ShouldBeNull();
        (await Store.UnsubmittedAsync(Token)).ShouldNotContain(run => run.Schedule.Name == "removed");
        (await Store.AdvanceAsync(removed, Noon.AddDays(1), Run(Noon), Token)).ShouldBeFalse("it is gone");

        (await Store.AddAsync(Describe("removed"), Token)).ShouldBeTrue("the name is free");
        (await Store.RunsAsync(Space, "removed", 10, Token)).ShouldBeEmpty();
    }

    private async Task<ScheduleRecord> AddAsync(string name, DateTimeOffset? nextDue = null)
    {
        ScheduleRecord schedule = Describe(name) with { NextDue = nextDue ?? Noon };
        (await Store.AddAsync(schedule, Token)).ShouldBeTrue();
        return schedule;
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
        Noon.AddDays(-1))
    {
        RequestId = $"request of {name}",
    };

    private static ScheduleRunRecord Run(DateTimeOffset due) => new(due, ScheduleOutcome.Started, "due", string.Empty, string.Empty);

    private static void ShouldBeSame(ScheduleRecord? record, ScheduleRecord expected)
    {
        record.ShouldNotBeNull().Labels.ShouldBe(expected.Labels);
        (record with { Labels = expected.Labels }).ShouldBe(expected);
    }
}

public sealed class SqliteScheduleStoreTests(SqliteTestDatabase database) : ScheduleStoreTests(database), IClassFixture<SqliteTestDatabase>;

public sealed class PostgreSqlScheduleStoreTests(PostgreSqlTestDatabase database) : ScheduleStoreTests(database), IClassFixture<PostgreSqlTestDatabase>;
