using System.Text.Json;
using S2M.Protos.V1;

namespace S2M.Cli.Tests.Commands;

public sealed class JsonTests : CommandTest
{
    [Fact]
    public async Task Submit_FollowedAsJson_IsTheJobWithItsMetrics()
    {
        Server.Jobs.Next = EndingJob();

        Finished run = await RunAsync("job", "submit", JobFile, "--follow", "--output", "json");

        run.ExitCode.ShouldBe(0, run.Errors);
        run.Json.GetProperty("job_id").GetString().ShouldBe("quick-1");
        run.Json.GetProperty("state").GetString().ShouldBe("succeeded");
        run.Json.GetProperty("metrics").GetProperty("evaluations")[0].GetProperty("accuracy").GetDouble().ShouldBe(0.9432);
        run.Json.GetProperty("parameters_hash").GetString().ShouldBe(new string('c', 64));
    }

    [Fact]
    public async Task Submit_DryRun_SubmitsNothing()
    {
        Finished table = await RunAsync("job", "submit", JobFile, "--dry-run");
        Finished json = await RunAsync("job", "submit", JobFile, "--dry-run", "--output", "json");

        table.ExitCode.ShouldBe(0, table.Errors);
        table.Output.ShouldContain("# worker      w2: does not fit: it has another numeric contract");
        json.Json.GetProperty("specification").GetProperty("name").GetString().ShouldBe("checked");
        Server.Jobs.Requests.OfType<SubmitJobRequest>().ShouldBeEmpty();
    }

    [Fact]
    public async Task EveryLook_AsJson_IsOneDocumentWithSnakeCaseNames()
    {
        Server.Jobs.All["quick-1"] = EndingJob();
        Server.Jobs.All["quick-1"].Transitions.Add(new JobTransition { Sequence = 1, To = JobState.Queued, Actor = "local" });
        Server.Jobs.All["quick-1"].Checkpoints.Add(new Checkpoint { Step = 2, Bytes = 1L << 40, Uses = { CheckpointUse.Best } });
        Server.Workers.All.Add(new Worker { WorkerId = "w1", State = WorkerState.Ready });
        Server.DataSets.All.Add(new DataSet { Name = "glyphs", BuiltIn = true });
        Server.Schedules.All["nightly"] = new Schedule { Name = "nightly", MissedRuns = MissedRuns.RunOnce };

        (await JsonAsync("job", "list")).GetProperty("jobs")[0].GetProperty("job_id").GetString().ShouldBe("quick-1");
        (await JsonAsync("job", "show", "quick-1")).GetProperty("transitions")[0].GetProperty("to").GetString().ShouldBe("queued");
        (await JsonAsync("job", "logs", "quick-1")).GetProperty("lines")[0].GetProperty("level").GetString().ShouldBe("warning");
        (await JsonAsync("job", "checkpoints", "quick-1")).GetProperty("checkpoints")[0].GetProperty("bytes").GetInt64().ShouldBe(1L << 40);
        (await JsonAsync("job", "checkpoints", "quick-1")).GetProperty("checkpoints")[0].GetProperty("uses")[0].GetString().ShouldBe("best");
        (await JsonAsync("job", "pause", "quick-1", "--reason", "lunch")).GetProperty("job_id").GetString().ShouldBe("quick-1");
        (await JsonAsync("worker", "list")).GetProperty("workers")[0].GetProperty("state").GetString().ShouldBe("ready");
        (await JsonAsync("worker", "drain", "w1")).GetProperty("state").GetString().ShouldBe("draining");
        (await JsonAsync("data", "list")).GetProperty("data_sets")[0].GetProperty("built_in").GetBoolean().ShouldBeTrue();
        (await JsonAsync("data", "show", "glyphs")).GetProperty("class_list").GetArrayLength().ShouldBe(1);
        (await JsonAsync("schedule", "list")).GetProperty("schedules")[0].GetProperty("missed_runs").GetString().ShouldBe("run_once");
        (await JsonAsync("schedule", "show", "nightly")).GetProperty("runs")[0].GetProperty("outcome").GetString().ShouldBe("started");
        (await JsonAsync("schedule", "run-now", "nightly")).GetProperty("job_id").GetString().ShouldBe("nightly-1");
    }

    [Fact]
    public async Task ScheduleCreate_AllOptions_ReachTheServer()
    {
        JsonElement made = await JsonAsync(
            "schedule", "create", "nightly", "--cron", "0 2 * * *", "--time-zone", "Europe/Zurich", "--job", JobFile,
            "--from", "latest", "--missed", "skip", "--set", "training.steps=9");

        made.GetProperty("time_zone").GetString().ShouldBe("Europe/Zurich");
        var sent = Server.Schedules.Requests.Single().ShouldBeOfType<CreateScheduleRequest>();
        (sent.Cron, sent.StartFrom, sent.MissedRuns).ShouldBe(("0 2 * * *", StartFrom.Latest, MissedRuns.Skip));
        sent.Overrides.ShouldBe(["training.steps=9"]);
    }

    [Fact]
    public async Task Doctor_WorkersAndData_IsOk()
    {
        Server.Workers.All.Add(new Worker { WorkerId = "w1", State = WorkerState.Ready, NumericContract = "cpu avx2" });
        Server.DataSets.All.Add(new DataSet { Name = "glyphs" });

        Finished run = await RunAsync("doctor");

        run.ExitCode.ShouldBe(0, run.Output);
        run.Output.ShouldContain("ok     contract: cpu avx2: w1");
        run.Output.ShouldContain("ok     clock: agrees with the server's");
    }

    [Fact]
    public async Task Doctor_NoWorkers_Is1WithARemedy()
    {
        Finished run = await RunAsync("doctor", "--output", "json");

        run.ExitCode.ShouldBe(1);
        run.Json.GetProperty("ok").GetBoolean().ShouldBeFalse();
        run.Output.ShouldContain("start a worker");
    }

    [Fact]
    public async Task Doctor_WrongToken_Is1AndSaysTheToken()
    {
        Finished run = await RunAsync("doctor", "--token", "guess");

        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("ok     server");
        run.Output.ShouldContain("FAILED token");
    }

    private async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        Finished run = await RunAsync([.. arguments, "--output", "json"]);
        run.ExitCode.ShouldBe(0, run.Errors);
        return run.Json;
    }
}
