using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Schedules;

namespace S2M.Coordinator.Tests.Schedules;

public sealed class ScheduleRunnerTests
{
    private readonly FakeTimeProvider _time = new(At("2026-05-01 12:00"));
    private readonly MemoryScheduleStore _store = new();
    private readonly MemoryScheduledJobs _jobs;

    public ScheduleRunnerTests() => _jobs = new MemoryScheduledJobs(_time);

    [Fact]
    public async Task FireDue_NightlyThroughBothChangesOfTheClock_OneJobPerNight()
    {
        await AddAsync("30 2 * * *", "Europe/Berlin");

        DateTimeOffset end = At("2027-05-01 12:00");
        while (_time.GetUtcNow() < end)
        {
            await FireAsync();
            if (_jobs.All.Count > 0)
            {
                _jobs.Move(JobState.Succeeded);
            }

            _time.Advance(TimeSpan.FromMinutes(10));
        }

        IReadOnlyList<ScheduleRunRecord> runs = await RunsAsync();
        runs.ShouldAllBe(run => run.Outcome == ScheduleOutcome.Started && run.Reason == "on time");
        runs.Count.ShouldBe(365);
        runs.Count(run => run.Due == At("2026-10-25 00:30")).ShouldBe(1);
        runs.Count(run => run.Due == At("2027-03-28 01:00")).ShouldBe(1);
        _jobs.All.Count.ShouldBe(365);
    }

    [Fact]
    public async Task FireDue_NotYetDue_DoesNothing()
    {
        await AddAsync();
        _time.SetUtcNow(At("2026-05-02 02:59").AddSeconds(59));

        await FireAsync();

        (_jobs.All.Count, (await RunsAsync()).Count, (await RowAsync()).Revision).ShouldBe((0, 0, 0));
    }

    [Fact]
    public async Task FireDue_DownForDays_RunsOnceAndGoesOn()
    {
        await AddAsync();
        _time.SetUtcNow(At("2026-05-05 10:00"));

        await FireAsync();
        await FireAsync();

        ScheduleRunRecord run = (await RunsAsync()).ShouldHaveSingleItem();
        run.ShouldBe(new ScheduleRunRecord(
            At("2026-05-05 03:00"),
            ScheduleOutcome.Started,
            "due times from 2026-05-02 03:00:00Z to 2026-05-05 03:00:00Z passed unseen, the last 07:00:00 ago; one run makes up for all",
            "job-1",
            string.Empty));
        (await RowAsync()).NextDue.ShouldBe(At("2026-05-06 03:00"));
    }

    [Fact]
    public async Task FireDue_DownForDaysAndMissedAreSkipped_BeginsNoneAndGoesOn()
    {
        await AddAsync(missed: MissedRuns.Skip);
        _time.SetUtcNow(At("2026-05-05 10:00"));

        await FireAsync();

        ScheduleRunRecord run = (await RunsAsync()).ShouldHaveSingleItem();
        (run.Outcome, run.JobId).ShouldBe((ScheduleOutcome.Skipped, string.Empty));
        run.Reason.ShouldEndWith("; the schedule skips missed runs");
        _jobs.All.ShouldBeEmpty();

        _time.SetUtcNow(At("2026-05-06 03:00"));
        await FireAsync();
        _jobs.All.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task FireDue_UpAgainWithinTheGraceOfTheLast_IsOnTime()
    {
        await AddAsync(missed: MissedRuns.Skip);
        _time.SetUtcNow(At("2026-05-05 03:01"));

        await FireAsync();

        (await RunsAsync()).ShouldHaveSingleItem().Reason.ShouldBe("on time; earlier due times from 2026-05-02 03:00:00Z on passed unseen");
        _jobs.All.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(JobState.Queued)]
    [InlineData(JobState.Running)]
    [InlineData(JobState.Paused)]
    public async Task FireDue_RunGoesOn_SkipsWithTheReason(JobState state)
    {
        await AddAsync();
        await FireAtAsync("2026-05-02 03:00");
        _jobs.Move(state);

        await FireAtAsync("2026-05-03 03:00");

        ScheduleRunRecord run = (await RunsAsync())[0];
        (run.Due, run.Outcome).ShouldBe((At("2026-05-03 03:00"), ScheduleOutcome.Skipped));
        run.Reason.ShouldBe($"job job-1 of this schedule is still {state} since 2026-05-02 03:00:00Z");
        _jobs.All.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(JobState.Succeeded)]
    [InlineData(JobState.Failed)]
    [InlineData(JobState.Cancelled)]
    [InlineData(JobState.Stopped)]
    public async Task FireDue_RunIsAtItsEnd_BeginsTheNext(JobState state)
    {
        await AddAsync();
        await FireAtAsync("2026-05-02 03:00");
        _jobs.Move(state);

        await FireAtAsync("2026-05-03 03:00");

        _jobs.All.Count.ShouldBe(2);
    }

    [Fact]
    public async Task FireDue_OlderRunWasResumed_Skips()
    {
        await AddAsync();
        await FireAtAsync("2026-05-02 03:00");
        _jobs.Move(JobState.Failed);
        await FireAtAsync("2026-05-03 03:00");
        _jobs.Move(JobState.Succeeded);
        _jobs.Move(JobState.Running, "job-1");

        await FireAtAsync("2026-05-04 03:00");

        (await RunsAsync())[0].Reason.ShouldStartWith("job job-1 of this schedule is still Running");
    }

    [Fact]
    public async Task FireDue_FromLatest_StartsFromTheNewestThatSucceeded()
    {
        await AddAsync(from: StartFrom.Latest);
        JobState[] ends = [JobState.Failed, JobState.Succeeded, JobState.Succeeded, JobState.Cancelled, JobState.Running];
        for (int night = 0; night < ends.Length; night++)
        {
            await FireAtAsync($"2026-05-0{night + 2} 03:00");
            _jobs.Move(ends[night]);
        }

        _jobs.All.Select(job => job.StartFrom).ShouldBe(["", "", "job-2", "job-3", "job-3"]);
        (await RunsAsync()).Select(run => run.StartedFrom).Reverse().ShouldBe(["", "", "job-2", "job-3", "job-3"]);
    }

    [Fact]
    public async Task FireDue_Fresh_StartsFromNothing()
    {
        await AddAsync();
        await FireAtAsync("2026-05-02 03:00");
        _jobs.Move(JobState.Succeeded);
        await FireAtAsync("2026-05-03 03:00");

        _jobs.All.ShouldAllBe(job => job.StartFrom.Length == 0);
    }

    [Fact]
    public async Task FireDue_TwoSilosSeeTheSameDueTime_OneBeginsTheRun()
    {
        await AddAsync();
        _time.SetUtcNow(At("2026-05-02 03:00"));
        using var both = new Barrier(2);
        _store.AfterDue = () => Task.Run(() => both.SignalAndWait());

        await Task.WhenAll(FireAsync(), FireAsync());

        _jobs.All.ShouldHaveSingleItem();
        (await RunsAsync()).ShouldHaveSingleItem().JobId.ShouldBe("job-1");
        (await RowAsync()).Revision.ShouldBe(1);
    }

    [Theory]
    [InlineData(nameof(IScheduleStore.AdvanceAsync))]
    [InlineData("submit")]
    [InlineData("submitted")]
    [InlineData(nameof(IScheduleStore.CompleteRunAsync))]
    public async Task FireDue_CrashAtAnyPoint_TheNextRoundCompletesTheOneRun(string point)
    {
        await AddAsync(from: StartFrom.Latest);
        await FireAtAsync("2026-05-02 03:00");
        _jobs.Move(JobState.Succeeded);
        _time.SetUtcNow(At("2026-05-03 03:00"));
        Crash(point);

        await FireAsync();
        bool wasCompleted = (await RunsAsync()).Any(run => run.JobId == "job-2");
        Crash("nowhere");
        _time.Advance(TimeSpan.FromSeconds(2));
        await FireAsync();
        await FireAsync();

        wasCompleted.ShouldBeFalse();
        (await RunsAsync())[0].ShouldBe(new ScheduleRunRecord(At("2026-05-03 03:00"), ScheduleOutcome.Started, "on time", "job-2", "job-1"));
        _jobs.All.Count.ShouldBe(2);
        (await RowAsync()).NextDue.ShouldBe(At("2026-05-04 03:00"));
    }

    [Fact]
    public async Task FireDue_RunWithoutItsJobForDays_BlocksTheNextAndKeepsItsOrigin()
    {
        await AddAsync(from: StartFrom.Latest);
        await FireAtAsync("2026-05-02 03:00");
        _jobs.Move(JobState.Succeeded);
        Crash("submit");
        await FireAtAsync("2026-05-03 03:00");
        await FireAtAsync("2026-05-04 03:00");
        Crash("nowhere");
        await FireAsync();

        IReadOnlyList<ScheduleRunRecord> runs = await RunsAsync();
        runs[0].Reason.ShouldBe("the run of 2026-05-03 03:00:00Z is still being submitted");
        (runs[1].JobId, runs[1].StartedFrom).ShouldBe(("job-2", "job-1"));
    }

    [Fact]
    public async Task FireDue_JobIsRefused_SaysWhyAndGoesOnTheNextNight()
    {
        await AddAsync();
        _jobs.Before = _ => throw new CoordinatorException("data set 'omniglot': expected one that is registered, got none; add it");
        await FireAtAsync("2026-05-02 03:00");
        _jobs.Before = _ => { };
        await FireAsync();
        await FireAtAsync("2026-05-03 03:00");

        IReadOnlyList<ScheduleRunRecord> runs = await RunsAsync();
        (runs[1].Outcome, runs[1].JobId).ShouldBe((ScheduleOutcome.Refused, string.Empty));
        runs[1].Reason.ShouldStartWith("data set 'omniglot'");
        runs[0].Outcome.ShouldBe(ScheduleOutcome.Started);
        _jobs.All.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task FireDue_OneScheduleFails_TheOthersFire()
    {
        await AddAsync(name: "damaged", zone: "No/Where");
        await AddAsync(name: "sound");

        await FireAtAsync("2026-05-02 03:00");

        _jobs.All.ShouldHaveSingleItem().Schedule.ShouldBe("sound");
    }

    [Fact]
    public async Task FireDue_Cancelled_Ends()
    {
        await AddAsync();
        _time.SetUtcNow(At("2026-05-02 03:00"));
        using var ended = new CancellationTokenSource();
        _jobs.Before = _ =>
        {
            ended.Cancel();
            ended.Token.ThrowIfCancellationRequested();
        };

        await Should.ThrowAsync<OperationCanceledException>(() => Runner().FireDueAsync(ended.Token));
    }

    [Fact]
    public async Task FireDue_ClockSetBackAnHour_DoesNotRepeatADueTime()
    {
        await AddAsync("*/10 * * * *");
        await FireAtAsync("2026-05-01 13:00");
        _jobs.Move(JobState.Succeeded);
        var setBack = new FakeTimeProvider(At("2026-05-01 12:00"));
        while (setBack.GetUtcNow() < At("2026-05-01 13:10"))
        {
            await Runner(setBack).FireDueAsync(CancellationToken.None);
            setBack.Advance(TimeSpan.FromMinutes(1));
        }

        _jobs.All.ShouldHaveSingleItem();
        await Runner(setBack).FireDueAsync(CancellationToken.None);
        _jobs.All.Count.ShouldBe(2);
    }

    [Fact]
    public async Task FireDue_PausedOrRemovedMeanwhile_BeginsNothing()
    {
        await AddAsync();
        _time.SetUtcNow(At("2026-05-02 03:00"));
        _store.AfterDue = () => _store.SetPausedAsync("default", "nightly", true, null, CancellationToken.None);
        await FireAsync();
        _jobs.All.ShouldBeEmpty();

        await _store.SetPausedAsync("default", "nightly", false, At("2026-05-02 03:00"), CancellationToken.None);
        _store.AfterDue = () => _store.RemoveAsync("default", "nightly", CancellationToken.None);
        await FireAsync();
        _jobs.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task FireDue_RemovedAndMadeAgainMeanwhile_DoesNotRunTheNewOne()
    {
        ScheduleRecord old = await AddAsync();
        _time.SetUtcNow(At("2026-05-02 03:00"));
        _store.AfterDue = async () =>
        {
            await _store.RemoveAsync("default", "nightly", CancellationToken.None);
            await _store.AddAsync(old with { CreatedAt = _time.GetUtcNow(), NextDue = At("2026-05-03 03:00") }, CancellationToken.None);
        };

        await FireAsync();

        (_jobs.All.Count, (await RunsAsync()).Count).ShouldBe((0, 0));
    }

    [Fact]
    public async Task RunNow_NothingGoesOn_BeginsARunAndLeavesTheNextDueTime()
    {
        await AddAsync();

        ScheduleRunRecord? run = await Runner().RunNowAsync("default", "nightly", At("2026-05-01 12:00").AddMilliseconds(1), "ada", CancellationToken.None);

        run.ShouldBe(new ScheduleRunRecord(At("2026-05-01 12:00").AddMilliseconds(1), ScheduleOutcome.Started, "asked for by ada", "job-1", string.Empty));
        (await RowAsync()).NextDue.ShouldBe(At("2026-05-02 03:00"));
    }

    [Fact]
    public async Task RunNow_ManyAtOnce_OneJob()
    {
        await AddAsync();
        DateTimeOffset now = At("2026-05-01 12:00");

        ScheduleRunRecord?[] runs = await Task.WhenAll(Enumerable.Range(1, 20)
            .Select(user => Task.Run(() => Runner().RunNowAsync("default", "nightly", now.AddMilliseconds(user), $"user{user}", CancellationToken.None))));

        _jobs.All.ShouldHaveSingleItem();
        runs.Count(run => run!.Outcome == ScheduleOutcome.Started).ShouldBe(1);
        runs.Count(run => run!.Outcome == ScheduleOutcome.Skipped && run.Reason.Contains("still", StringComparison.Ordinal)).ShouldBe(19);
    }

    [Fact]
    public async Task RunNow_WhileTheClockFires_OneJob()
    {
        await AddAsync();
        _time.SetUtcNow(At("2026-05-02 03:00"));
        _store.AfterDue = () => Runner().RunNowAsync("default", "nightly", At("2026-05-02 03:00").AddMilliseconds(1), "ada", CancellationToken.None);

        await FireAsync();
        _store.AfterDue = () => Task.CompletedTask;
        await FireAsync();

        _jobs.All.ShouldHaveSingleItem();
        (await RunsAsync()).Select(run => run.Outcome).ShouldBe([ScheduleOutcome.Started, ScheduleOutcome.Skipped]);
    }

    [Fact]
    public async Task RunNow_AnswerWasLostBeforeTheJobWasRecorded_TheSameTimeGivesTheSameRun()
    {
        await AddAsync();
        DateTimeOffset asked = At("2026-05-01 12:00").AddMilliseconds(1);
        Crash(nameof(IScheduleStore.CompleteRunAsync));
        await Should.ThrowAsync<IOException>(() => Runner().RunNowAsync("default", "nightly", asked, "ada", CancellationToken.None));
        Crash("nowhere");

        ScheduleRunRecord? run = await Runner().RunNowAsync("default", "nightly", asked, "ada", CancellationToken.None);

        run!.JobId.ShouldBe("job-1");
        _jobs.All.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task RequestOf_ScheduleAndDueTime_IsOneUuidForEach()
    {
        ScheduleRecord schedule = await AddAsync();
        DateTimeOffset due = At("2026-05-02 03:00");
        string request = ScheduleRunner.RequestOf(schedule, due);

        Guid.ParseExact(request, "D").Version.ShouldBe(8);
        ScheduleRunner.RequestOf(schedule with { Revision = 9, Paused = true }, due).ShouldBe(request);
        string[] all =
        [
            request,
            ScheduleRunner.RequestOf(schedule, due.AddMinutes(1)),
            ScheduleRunner.RequestOf(schedule with { Name = "other" }, due),
            ScheduleRunner.RequestOf(schedule with { Namespace = "other" }, due),
            ScheduleRunner.RequestOf(schedule with { CreatedAt = due }, due),
        ];
        all.Distinct(StringComparer.Ordinal).Count().ShouldBe(all.Length);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private async Task<ScheduleRecord> AddAsync(
        string cron = "0 3 * * *", string zone = "UTC", string name = "nightly", StartFrom from = StartFrom.Fresh, MissedRuns missed = MissedRuns.RunOnce)
    {
        DateTimeOffset? next = zone == "No/Where" ? At("2026-05-02 03:00") : DueTimes.Parse(cron, ScheduleZone.Find(zone)).After(_time.GetUtcNow());
        var schedule = new ScheduleRecord(
            "default", name, cron, zone, "name: nightly", from, missed, new Dictionary<string, string>(StringComparer.Ordinal), Paused: false, next, "ada", _time.GetUtcNow());
        (await _store.AddAsync(schedule, CancellationToken.None)).ShouldBeTrue();
        return schedule;
    }

    private void Crash(string point)
    {
        void At(string name)
        {
            if (name == point)
            {
                throw new IOException($"crash at {point}");
            }
        }

        _store.Before = At;
        _jobs.Before = _ => At("submit");
        _jobs.After = () => At("submitted");
    }

    private ScheduleRunner Runner(TimeProvider? time = null)
        => new(_store, _jobs, Options.Create(new ScheduleOptions()), time ?? _time, NullLogger<ScheduleRunner>.Instance);

    private Task FireAsync() => Runner().FireDueAsync(CancellationToken.None);

    private Task FireAtAsync(string now)
    {
        _time.SetUtcNow(At(now));
        return FireAsync();
    }

    private async Task<ScheduleRecord> RowAsync() => (await _store.FindAsync("default", "nightly", CancellationToken.None))!;

    private Task<IReadOnlyList<ScheduleRunRecord>> RunsAsync() => _store.RunsAsync("default", "nightly", int.MaxValue, CancellationToken.None);
}
