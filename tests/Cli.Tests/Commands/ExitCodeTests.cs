using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using S2M.Protos.V1;

namespace S2M.Cli.Tests.Commands;

public sealed class ExitCodeTests : CommandTest
{
    [Fact]
    public async Task Submit_FollowedToSuccess_Is0AndPrintsTheTables()
    {
        Server.Jobs.Next = EndingJob();

        Finished run = await RunAsync("job", "submit", JobFile, "--follow", "--set", "training.steps=2", "--label", "team=red");

        run.ExitCode.ShouldBe(0, run.Errors);
        run.Output.ShouldContain("0.9432");
        run.Output.ShouldContain("0.9300-0.9500");
        run.Output.ShouldContain("0.7123");
        run.Output.TrimEnd().Split('\n')[^1].ShouldBe($"parameters   {new string('c', 64)}");
        run.Errors.ShouldContain("warning: one image is upside down");
        run.Errors.ShouldContain("step 1: validation accuracy 0.8750");
        run.Errors.ShouldContain("step 2: checkpoint");
        SubmitJobRequest sent = Server.Jobs.Requests.OfType<SubmitJobRequest>().Single();
        sent.Overrides.ShouldBe(["training.steps=2"]);
        sent.Labels["team"].ShouldBe("red");
    }

    [Fact]
    public async Task Submit_FollowedToFailure_Is1AndSaysWhy()
    {
        Server.Jobs.Next = EndingJob(JobState.Failed, "step 2: the loss is not finite");

        Finished run = await RunAsync("job", "submit", JobFile, "--follow");

        run.ExitCode.ShouldBe(1, run.Errors);
        run.Errors.ShouldContain("failed: step 2: the loss is not finite");
    }

    [Fact]
    public async Task Submit_RefusedFile_Is2AndNamesTheFields()
    {
        var steps = new BadRequest.Types.FieldViolation { Field = "training.steps", Description = "line 3: expected at least 1, got 0" };
        Server.Jobs.Failures.Enqueue(new Google.Rpc.Status
        {
            Code = (int)Code.InvalidArgument,
            Message = "job file: 1 problem",
            Details = { Any.Pack(new BadRequest { FieldViolations = { steps } }) },
        }.ToRpcException());

        Finished run = await RunAsync("job", "submit", JobFile);

        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain("training.steps: line 3: expected at least 1, got 0");
        run.Output.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("file 'absent.yaml'", "job", "submit", "absent.yaml")]
    [InlineData("did you mean 'submit'?", "job", "sumbit", "x")]
    [InlineData("'asleep' not recognized", "job", "list", "--state", "asleep")]
    [InlineData("expected NAME=VALUE", "job", "list", "--label", "red")]
    [InlineData("expected either JOB, or --parameters", "eval")]
    [InlineData("expected http://HOST:PORT", "job", "list", "--server", "nonsense")]
    [InlineData("list them", "job", "show", "absent")]
    [InlineData("token file", "job", "list", "--token-file", "token file")]
    public async Task AnyCommand_NotUnderstood_Is2AndSaysWhy(string message, params string[] arguments)
    {
        Finished run = await RunAsync(arguments);

        run.ExitCode.ShouldBe(2, run.Errors);
        run.Errors.ShouldContain(message);
    }

    [Fact]
    public async Task AnyCommand_WrongToken_Is1AndSaysWhatToDo()
    {
        Finished run = await RunAsync("job", "list", "--token", "guess");

        run.ExitCode.ShouldBe(1);
        run.Errors.ShouldContain("give the server's token");
    }

    [Fact]
    public async Task AnyCommand_NoServer_Is3()
    {
        await Server.DisposeAsync();

        Finished run = await RunAsync("job", "list");

        run.ExitCode.ShouldBe(3);
        run.Errors.ShouldContain($"server http://{Server.Address.Authority}");
    }

    [Fact]
    public async Task Watch_Interrupted_Is130AndSaysHowToGoOn()
    {
        var job = EndingJob();
        job.HoldsOpen = new TaskCompletionSource();
        Server.Jobs.All["quick-1"] = job;
        using CliProcess process = Start("job", "watch", "quick-1", "--server", $"{Server.Address}");
        await process.LineAsync("validation accuracy");

        process.Stop();
        Finished run = await process.FinishAsync();

        run.ExitCode.ShouldBe(130);
        run.Errors.ShouldContain($"s2m job watch quick-1 --server {Server.Address}");
    }
}
