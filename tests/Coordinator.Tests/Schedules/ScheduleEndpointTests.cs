using System.Globalization;
using CsCheck;
using Google.Rpc;
using Grpc.Core;
using S2M.Coordinator.Schedules;
using S2M.Protos.V1;
using S2M.Specification;
using JobState = S2M.Coordinator.Jobs.JobState;
using MissedRuns = S2M.Protos.V1.MissedRuns;
using ScheduleOutcome = S2M.Protos.V1.ScheduleOutcome;
using StartFrom = S2M.Protos.V1.StartFrom;

namespace S2M.Coordinator.Tests.Schedules;

public sealed class ScheduleEndpointTests : IAsyncLifetime
{
    private const string JobText = "name: nightly # every night\ndata:\n  name: glyphs\nsplit:\n  train: 10\n  validation: 5\n  test: 5\n";

    private int _requests;
    private ScheduleServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await ScheduleServer.StartAsync(At("2026-05-01 12:00"));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Create_Defaults_AreFilledIn()
    {
        Schedule made = (await _server.Client.CreateScheduleAsync(Request())).Schedule;

        (made.Name, made.Namespace, made.Cron, made.TimeZone, made.Actor, made.Paused).ShouldBe(("nightly", "default", "0 3 * * *", "UTC", "local", false));
        (made.StartFrom, made.MissedRuns).ShouldBe((StartFrom.Fresh, MissedRuns.RunOnce));
        made.JobFile.ShouldBe(JobText);
        (made.NextDue.ToDateTimeOffset(), made.CreatedAt.ToDateTimeOffset()).ShouldBe((At("2026-05-02 03:00"), At("2026-05-01 12:00")));
        made.Labels["team"].ShouldBe("vision");
        (await _server.Client.GetScheduleAsync(new GetScheduleRequest { Name = "nightly" })).Schedule.ShouldBe(made);
    }

    [Fact]
    public async Task Create_Settings_AreAppliedToTheFileThatIsKept()
    {
        CreateScheduleRequest request = Request();
        string[] settings = ["training.steps=77", "evaluation.shots=[1, 5]", "name=other", "optimizer.learning_rate=1e-3"];
        request.Overrides.AddRange(settings);

        Schedule made = (await _server.Client.CreateScheduleAsync(request)).Schedule;

        CanonicalJson.Write(JobFile.Parse(made.JobFile, "kept", [])).ShouldBe(CanonicalJson.Write(JobFile.Parse(JobText, "sent", settings)));
        made.JobFile.ShouldContain("steps: 77");
    }

    [Fact]
    public async Task Create_NameIsTaken_AlreadyExistsUnlessTheSameRequest()
    {
        CreateScheduleRequest request = Request();
        Schedule made = (await _server.Client.CreateScheduleAsync(request)).Schedule;

        (await _server.Client.CreateScheduleAsync(request)).Schedule.ShouldBe(made);
        RpcException refused = await Should.ThrowAsync<RpcException>(async () => await _server.Client.CreateScheduleAsync(Request()));
        (refused.StatusCode, refused.Status.Detail).ShouldBe(
            (StatusCode.AlreadyExists, "schedule 'nightly' of namespace 'default': expected a name that is free, got one that is taken; choose another, or delete it first"));
        CreateScheduleRequest elsewhere = Request();
        elsewhere.Namespace = "team";
        (await _server.Client.CreateScheduleAsync(elsewhere)).Schedule.Namespace.ShouldBe("team");
    }

    [Fact]
    public async Task Create_EverythingIsWrong_EveryFieldIsNamed()
    {
        var request = new CreateScheduleRequest
        {
            Name = "a b",
            Namespace = "ö",
            Cron = "0 25 * * *",
            TimeZone = "Europe/Berlni",
            JobFile = "name: x\ndata:\n  name: glyphs\ntraining:\n  stepz: 5\n",
            StartFrom = (StartFrom)9,
            MissedRuns = (MissedRuns)9,
            RequestId = NewRequest(),
            Labels = { ["a key"] = "value" },
        };

        IReadOnlyDictionary<string, string> violations = await ViolationsAsync(async () => await _server.Client.CreateScheduleAsync(request));

        violations.Keys.Order(StringComparer.Ordinal).ShouldBe(["cron", "job_file", "labels[a key]", "missed_runs", "name", "namespace", "start_from", "time_zone"]);
        violations["cron"].ShouldContain("hour '25'");
        violations["time_zone"].ShouldContain("did you mean Europe/Berlin?");
        violations["job_file"].ShouldContain("line 5: training.stepz");
        (await _server.Client.ListSchedulesAsync(new ListSchedulesRequest())).Schedules.ShouldBeEmpty();
    }

    [Fact]
    public async Task Changes_CallerIsWrong_RequestAndActorAreNamed()
    {
        const string Actor = "a\nb";
        Func<Task>[] calls =
        [
            async () => await _server.Client.CreateScheduleAsync(new CreateScheduleRequest(Request()) { RequestId = "1", Actor = Actor }),
            async () => await _server.Client.PauseScheduleAsync(new PauseScheduleRequest { Name = "nightly", RequestId = "1", Actor = Actor }),
            async () => await _server.Client.ResumeScheduleAsync(new ResumeScheduleRequest { Name = "nightly", RequestId = "1", Actor = Actor }),
            async () => await _server.Client.DeleteScheduleAsync(new DeleteScheduleRequest { Name = "nightly", RequestId = "1", Actor = Actor }),
            async () => await _server.Client.RunScheduleAsync(new RunScheduleRequest { Name = "nightly", RequestId = "1", Actor = Actor }),
        ];
        foreach (Func<Task> call in calls)
        {
            (await ViolationsAsync(call)).Keys.Order(StringComparer.Ordinal).ShouldBe(["actor", "request_id"]);
        }
    }

    [Theory]
    [InlineData("0 0 30 2 *", "expected a time that comes")]
    [InlineData("@daily", "write the name out")]
    public async Task Create_CronIsOfNoUse_SaysWhy(string cron, string expected)
    {
        CreateScheduleRequest request = Request();
        request.Cron = cron;

        (await ViolationsAsync(async () => await _server.Client.CreateScheduleAsync(request)))["cron"].ShouldContain(expected);
    }

    [Fact]
    public async Task Calls_AnyFields_EndWithADefiniteStatus()
    {
        Gen<string> text = Gen.OneOf(
            Gen.String[0, 40],
            Gen.OneOf<string>("", "nightly", "default", "* * * * *", "0 3 L * 5#2", "*/0 * * * *", "UTC", "Asia/", "Etc/../UTC",
                "\0", "name: a\0", "name: [", "&a [*a]", "training.steps=1", "=", "a.b.c=[[[", "\ud800"));
        Gen<CreateScheduleRequest> requests = Gen.Select(text.Array[8], text.Array[0, 3], Gen.Int[-1, 4], Gen.Bool).Select((texts, settings, number, sound) =>
        {
            var request = new CreateScheduleRequest
            {
                Name = texts[0],
                Namespace = texts[1],
                Cron = texts[2],
                TimeZone = texts[3],
                JobFile = sound ? JobText : texts[4],
                Actor = texts[5],
                RequestId = sound ? NewRequest() : texts[6],
                StartFrom = (StartFrom)number,
                MissedRuns = (MissedRuns)number,
                Labels = { [texts[6]] = texts[7] },
            };
            request.Overrides.AddRange(settings);
            return request;
        });
        await requests.SampleAsync(
            async request =>
            {
                await DefiniteAsync(async () => await _server.Client.CreateScheduleAsync(request));
                await DefiniteAsync(async () => await _server.Client.GetScheduleAsync(new GetScheduleRequest { Name = request.Name, Namespace = request.Namespace }));
                await DefiniteAsync(async () => await _server.Client.ListSchedulesAsync(new ListSchedulesRequest { Namespace = request.Namespace }));
                await DefiniteAsync(async () => await _server.Client.RunScheduleAsync(
                    new RunScheduleRequest { Name = request.Name, Namespace = request.Namespace, RequestId = NewRequest(), Actor = request.Actor }));
                await DefiniteAsync(async () => await _server.Client.PauseScheduleAsync(
                    new PauseScheduleRequest { Name = request.Name, Namespace = request.Namespace, RequestId = request.RequestId, Actor = request.Actor }));
                await DefiniteAsync(async () => await _server.Client.ResumeScheduleAsync(
                    new ResumeScheduleRequest { Name = request.Name, Namespace = request.Namespace, RequestId = NewRequest(), Actor = request.Actor }));
                await DefiniteAsync(async () => await _server.Client.DeleteScheduleAsync(
                    new DeleteScheduleRequest { Name = request.Name, Namespace = request.Namespace, RequestId = request.RequestId, Actor = request.Actor }));
            },
            iter: 300,
            threads: 1,
            seed: "0000KxO5Xl7e");
    }

    [Fact]
    public async Task Calls_NoSuchSchedule_NotFound()
    {
        Func<Task>[] calls =
        [
            async () => await _server.Client.GetScheduleAsync(new GetScheduleRequest { Name = "none" }),
            async () => await _server.Client.PauseScheduleAsync(new PauseScheduleRequest { Name = "none", RequestId = NewRequest() }),
            async () => await _server.Client.ResumeScheduleAsync(new ResumeScheduleRequest { Name = "none", RequestId = NewRequest() }),
            async () => await _server.Client.DeleteScheduleAsync(new DeleteScheduleRequest { Name = "none", RequestId = NewRequest() }),
            async () => await _server.Client.RunScheduleAsync(new RunScheduleRequest { Name = "none", RequestId = NewRequest() }),
        ];
        foreach (Func<Task> call in calls)
        {
            (await Should.ThrowAsync<RpcException>(call)).StatusCode.ShouldBe(StatusCode.NotFound);
        }
    }

    [Fact]
    public async Task PauseAndResume_DueTimesMeanwhile_DoNotCountAsMissed()
    {
        await _server.Client.CreateScheduleAsync(Request());
        Schedule paused = (await _server.Client.PauseScheduleAsync(new PauseScheduleRequest { Name = "nightly", RequestId = NewRequest() })).Schedule;
        (paused.Paused, paused.NextDue).ShouldBe((true, null));
        _server.Time.SetUtcNow(At("2026-05-05 10:00"));
        await _server.FireAsync();

        Schedule resumed = (await _server.Client.ResumeScheduleAsync(new ResumeScheduleRequest { Name = "nightly", RequestId = NewRequest() })).Schedule;
        await _server.FireAsync();

        (resumed.Paused, resumed.NextDue.ToDateTimeOffset()).ShouldBe((false, At("2026-05-06 03:00")));
        (_server.Jobs.All.Count, (await RunsAsync()).Count).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Resume_NotPaused_KeepsTheDueTimeOfThisMoment()
    {
        await _server.Client.CreateScheduleAsync(Request());
        _server.Time.SetUtcNow(At("2026-05-02 03:00"));

        await _server.Client.ResumeScheduleAsync(new ResumeScheduleRequest { Name = "nightly", RequestId = NewRequest() });
        await _server.FireAsync();

        _server.Jobs.All.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Resume_DueTimeHadItsRunBeforeTheClockWasSetBack_IsNotGivenAgain()
    {
        // The service as of before its clock was set back: a run of 13:00 is recorded, and it is 12:00.
        await _server.Client.CreateScheduleAsync(Request("0 * * * *"));
        ScheduleRecord row = (await _server.Store.FindAsync("default", "nightly", CancellationToken.None))!;
        var run = new ScheduleRunRecord(At("2026-05-01 13:00"), Coordinator.Schedules.ScheduleOutcome.Started, "on time", "job-0", string.Empty);
        await _server.Store.AdvanceAsync(row, At("2026-05-01 14:00"), run, CancellationToken.None);
        await _server.Client.PauseScheduleAsync(new PauseScheduleRequest { Name = "nightly", RequestId = NewRequest() });

        Schedule resumed = (await _server.Client.ResumeScheduleAsync(new ResumeScheduleRequest { Name = "nightly", RequestId = NewRequest() })).Schedule;

        resumed.NextDue.ToDateTimeOffset().ShouldBe(At("2026-05-01 14:00"));
    }

    [Fact]
    public async Task Pause_SameRequestAfterAResume_DoesNotPauseAgain()
    {
        await _server.Client.CreateScheduleAsync(Request());
        var pause = new PauseScheduleRequest { Name = "nightly", RequestId = NewRequest() };
        await _server.Client.PauseScheduleAsync(pause);
        await _server.Client.ResumeScheduleAsync(new ResumeScheduleRequest { Name = "nightly", RequestId = NewRequest() });

        (await _server.Client.PauseScheduleAsync(pause)).Schedule.Paused.ShouldBeFalse();
    }

    [Fact]
    public async Task Calls_RequestOfAnotherCall_IsRefused()
    {
        CreateScheduleRequest request = Request();
        await _server.Client.CreateScheduleAsync(request);

        IReadOnlyDictionary<string, string> violations = await ViolationsAsync(
            async () => await _server.Client.DeleteScheduleAsync(new DeleteScheduleRequest { Name = "nightly", RequestId = request.RequestId }));

        violations["request_id"].ShouldBe("expected a new one, got that of CreateSchedule of 'default/nightly'; make one per request");
    }

    [Fact]
    public async Task Delete_TwiceWithOneRequest_IsGone()
    {
        await _server.Client.CreateScheduleAsync(Request());
        var delete = new DeleteScheduleRequest { Name = "nightly", RequestId = NewRequest() };

        await _server.Client.DeleteScheduleAsync(delete);
        await _server.Client.DeleteScheduleAsync(delete);

        (await _server.Client.ListSchedulesAsync(new ListSchedulesRequest())).Schedules.ShouldBeEmpty();
    }

    [Fact]
    public async Task Run_TwiceWithOneRequestThenAnother_OneJobAndAReason()
    {
        await _server.Client.CreateScheduleAsync(Request());
        var run = new RunScheduleRequest { Name = "nightly", RequestId = NewRequest(), Actor = "ada" };
        ScheduleRun first = (await _server.Client.RunScheduleAsync(run)).Run;
        _server.Jobs.Move(JobState.Running);
        _server.Time.Advance(TimeSpan.FromMinutes(5));

        ScheduleRun again = (await _server.Client.RunScheduleAsync(run)).Run;
        ScheduleRun other = (await _server.Client.RunScheduleAsync(new RunScheduleRequest { Name = "nightly", RequestId = NewRequest() })).Run;

        (first.Outcome, first.JobId, first.Reason).ShouldBe((ScheduleOutcome.Started, "job-1", "asked for by ada"));
        again.ShouldBe(first);
        (other.Outcome, other.JobId).ShouldBe((ScheduleOutcome.Skipped, string.Empty));
        other.Reason.ShouldBe("asked for by local; job job-1 of this schedule is still Running since 2026-05-01 12:00:00Z");
        (await RunsAsync()).ShouldBe([other, first]);
    }

    [Fact]
    public async Task Run_Paused_BeginsARunAndStaysPaused()
    {
        await _server.Client.CreateScheduleAsync(Request());
        await _server.Client.PauseScheduleAsync(new PauseScheduleRequest { Name = "nightly", RequestId = NewRequest() });

        ScheduleRun run = (await _server.Client.RunScheduleAsync(new RunScheduleRequest { Name = "nightly", RequestId = NewRequest() })).Run;

        run.Outcome.ShouldBe(ScheduleOutcome.Started);
        (await _server.Client.GetScheduleAsync(new GetScheduleRequest { Name = "nightly" })).Schedule.Paused.ShouldBeTrue();
    }

    [Fact]
    public async Task Get_ManyRuns_GivesTheNewestFifty()
    {
        await _server.Client.CreateScheduleAsync(Request("* * * * *"));
        for (int minute = 0; minute < 60; minute++)
        {
            _server.Time.Advance(TimeSpan.FromMinutes(1));
            await _server.FireAsync();
        }

        IReadOnlyList<ScheduleRun> runs = await RunsAsync();
        runs.Count.ShouldBe(50);
        runs[0].Due.ToDateTimeOffset().ShouldBe(At("2026-05-01 13:00"));
    }

    [Fact]
    public async Task List_OfANamespace_IsByNameAndWithoutFiles()
    {
        foreach (string name in (string[])["b", "a", "c"])
        {
            CreateScheduleRequest request = Request();
            request.Name = name;
            request.Namespace = name == "c" ? "other" : string.Empty;
            await _server.Client.CreateScheduleAsync(request);
        }

        IReadOnlyList<Schedule> schedules = (await _server.Client.ListSchedulesAsync(new ListSchedulesRequest())).Schedules;

        schedules.Select(schedule => schedule.Name).ShouldBe(["a", "b"]);
        schedules.ShouldAllBe(schedule => schedule.JobFile.Length == 0);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static async Task DefiniteAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (RpcException problem)
        {
            problem.StatusCode.ShouldBeOneOf(StatusCode.InvalidArgument, StatusCode.NotFound, StatusCode.AlreadyExists);
        }
    }

    private static async Task<IReadOnlyDictionary<string, string>> ViolationsAsync(Func<Task> call)
    {
        RpcException refused = await Should.ThrowAsync<RpcException>(call);
        refused.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        return refused.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations
            .ToDictionary(violation => violation.Field, violation => violation.Description, StringComparer.Ordinal);
    }

    private async Task<IReadOnlyList<ScheduleRun>> RunsAsync() => (await _server.Client.GetScheduleAsync(new GetScheduleRequest { Name = "nightly" })).Runs;

    private string NewRequest() => $"00000000-0000-4000-8000-{Interlocked.Increment(ref _requests):x12}";

    private CreateScheduleRequest Request(string cron = "0 3 * * *")
        => new() { Name = "nightly", Cron = cron, JobFile = JobText, RequestId = NewRequest(), Labels = { ["team"] = "vision" } };
}
