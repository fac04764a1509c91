using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using S2M.Client.Tests.Fakes;
using S2M.Protos.V1;

namespace S2M.Client.Tests;

public sealed class S2MClientTests : IAsyncLifetime
{
    private const string Token = "open-sesame";

    private FakeServer _server = null!;
    private S2MClient _client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeServer.StartAsync(Token);
        _client = TestClient.Of(_server, Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task SubmitAsync_UnavailableAtFirst_IsSentAgainWithTheSameRequestId()
    {
        Fail(StatusCode.Unavailable, times: 3);

        Job job = await _client.Jobs.SubmitAsync(new SubmitJobRequest { JobFile = "name: x" }, Cancellation);

        job.State.ShouldBe(JobState.Queued);
        SubmitJobRequest[] sent = [.. _server.Jobs.Requests.Cast<SubmitJobRequest>()];
        sent.Length.ShouldBe(4);
        sent.ShouldAllBe(request => request.Equals(sent[0]));
        Guid.TryParse(sent[0].RequestId, out _).ShouldBeTrue();
        sent[0].Namespace.ShouldBe("default");
        sent[0].Actor.ShouldBe("local");
    }

    [Fact]
    public async Task SubmitAsync_Twice_HasTwoRequestIds()
    {
        await _client.Jobs.SubmitAsync(new SubmitJobRequest(), Cancellation);
        await _client.Jobs.SubmitAsync(new SubmitJobRequest { RequestId = "mine", Actor = "me", Namespace = "ours" }, Cancellation);

        SubmitJobRequest[] sent = [.. _server.Jobs.Requests.Cast<SubmitJobRequest>()];
        (sent[0].RequestId == sent[1].RequestId).ShouldBeFalse();
        (sent[1].RequestId, sent[1].Actor, sent[1].Namespace).ShouldBe(("mine", "me", "ours"));
    }

    [Fact]
    public async Task SubmitAsync_UnavailableForGood_ThrowsAfterTheAttempts()
    {
        Fail(StatusCode.Unavailable, times: 20);

        S2MException problem = await Should.ThrowAsync<S2MException>(() => _client.Jobs.SubmitAsync(new SubmitJobRequest(), Cancellation));

        problem.Status.ShouldBe(StatusCode.Unavailable);
        _server.Jobs.Requests.Count.ShouldBe(_client.Options.Attempts);
    }

    [Fact]
    public async Task SubmitAsync_Refused_ViolationsAreThere()
    {
        var steps = new BadRequest.Types.FieldViolation { Field = "training.steps", Description = "expected at least 1, got 0" };
        var status = new Google.Rpc.Status
        {
            Code = (int)Code.InvalidArgument,
            Message = "job file: 1 problem",
            Details = { Any.Pack(new BadRequest { FieldViolations = { steps } }) },
        };
        _server.Jobs.Failures.Enqueue(status.ToRpcException());

        S2MException problem = await Should.ThrowAsync<S2MException>(() => _client.Jobs.SubmitAsync(new SubmitJobRequest(), Cancellation));

        (problem.Status, problem.Message).ShouldBe((StatusCode.InvalidArgument, "job file: 1 problem"));
        problem.Violations.ShouldBe([new FieldViolation("training.steps", "expected at least 1, got 0")]);
        _server.Jobs.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task GetAsync_ServerHangs_IsADeadline()
    {
        _server.Jobs.Hangs = true;
        await using S2MClient hasty = S2MClient.Connect(TestClient.Options(_server.Address, Token, TimeSpan.FromSeconds(0.2)));

        (await Should.ThrowAsync<S2MException>(() => hasty.Jobs.GetAsync("any", Cancellation))).Status.ShouldBe(StatusCode.DeadlineExceeded);
    }

    [Fact]
    public async Task GetAsync_Cancelled_IsACancellation()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => _client.Jobs.GetAsync("any", source.Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("another")]
    public async Task AnyCall_WrongToken_IsUnauthenticatedAndSaysWhatToDo(string token)
    {
        await using S2MClient stranger = TestClient.Of(_server, token);

        S2MException problem = await Should.ThrowAsync<S2MException>(() => stranger.Workers.ListAsync(cancellationToken: Cancellation));

        problem.Status.ShouldBe(StatusCode.Unauthenticated);
        problem.Message.ShouldContain("give the server's token");
    }

    [Fact]
    public async Task AnyCall_NotAnS2MServer_IsUnavailableAndSaysSo()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        Task answering = AnswerAsync(listener, stop.Token);
        await using S2MClient lost = TestClient.Of(new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"));

        S2MException problem = await Should.ThrowAsync<S2MException>(() => lost.Jobs.GetAsync("any", Cancellation));

        problem.Status.ShouldBe(StatusCode.Unavailable);
        problem.Message.ShouldContain("expected an S2M server to answer");
        await stop.CancelAsync();
        await answering;
    }

    [Fact]
    public async Task ListAsync_SeveralPages_GivesAll()
    {
        foreach (string id in new[] { "a", "b", "c", "d", "e" })
        {
            _server.Jobs.All[id] = new FakeJob { Job = new Job { JobId = id } };
        }

        List<string> seen = [];
        await foreach (Job job in _client.Jobs.ListAsync(cancellationToken: Cancellation))
        {
            seen.Add(job.JobId);
        }

        seen.ShouldBe(["a", "b", "c", "d", "e"]);
        _server.Jobs.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task PauseResumeCancel_Job_CarryReasonActorAndRequestId()
    {
        _server.Jobs.All["j"] = new FakeJob { Job = new Job { JobId = "j", State = JobState.Paused } };

        await _client.Jobs.PauseAsync("j", "lunch", Cancellation);
        await _client.Jobs.ResumeAsync("j", Cancellation);
        await _client.Jobs.CancelAsync("j", "enough", Cancellation);

        var requests = _server.Jobs.Requests.ToArray();
        var pause = requests[0].ShouldBeOfType<PauseJobRequest>();
        (pause.JobId, pause.Reason, pause.Actor, pause.RequestId.Length).ShouldBe(("j", "lunch", "local", 36));
        requests[1].ShouldBeOfType<ResumeJobRequest>().RequestId.Length.ShouldBe(36);
        requests[2].ShouldBeOfType<CancelJobRequest>().Reason.ShouldBe("enough");
    }

    [Fact]
    public async Task Schedules_CreateToDelete_AnswerWithTheSchedule()
    {
        Schedule made = await _client.Schedules.CreateAsync(new CreateScheduleRequest { Name = "nightly", Cron = "0 2 * * *" }, Cancellation);

        made.Namespace.ShouldBe("default");
        (await _client.Schedules.PauseAsync("nightly", Cancellation)).Paused.ShouldBeTrue();
        (await _client.Schedules.ResumeAsync("nightly", Cancellation)).Paused.ShouldBeFalse();
        (await _client.Schedules.RunAsync("nightly", Cancellation)).JobId.ShouldBe("nightly-1");
        (await _client.Schedules.GetAsync("nightly", Cancellation)).Runs.ShouldHaveSingleItem();
        await _client.Schedules.DeleteAsync("nightly", Cancellation);
        (await _client.Schedules.ListAsync(Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Workers_CordonDrainUncordon_AnswerWithTheWorker()
    {
        _server.Workers.All.Add(new Worker { WorkerId = "w", State = WorkerState.Ready });

        (await _client.Workers.CordonAsync("w", "new disk", Cancellation)).State.ShouldBe(WorkerState.Cordoned);
        (await _client.Workers.DrainAsync("w", cancellationToken: Cancellation)).State.ShouldBe(WorkerState.Draining);
        (await _client.Workers.UncordonAsync("w", Cancellation)).State.ShouldBe(WorkerState.Ready);
        _server.Workers.Requests.First().ShouldBeOfType<CordonWorkerRequest>().Reason.ShouldBe("new disk");
    }

    [Fact]
    public async Task Server_Check_NeedsNoTokenAndKnowsTheClock()
    {
        await using S2MClient stranger = TestClient.Of(_server);

        ServerCondition condition = await stranger.Server.CheckAsync(Cancellation);

        condition.IsServing.ShouldBeTrue();
        condition.ClockDifference.ShouldNotBeNull();
    }

    [Fact]
    public async Task AnyCall_Traced_TheServerGetsTheTrace()
    {
        Activity? span = null;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == S2MClient.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = stopped => span = stopped.OperationName == "Jobs.Check" ? stopped : span,
        };
        ActivitySource.AddActivityListener(listener);

        await _client.Jobs.CheckAsync(new CheckJobRequest(), Cancellation);

        span.ShouldNotBeNull();
        _server.Headers.Select(headers => headers.GetValue("traceparent")).ShouldContain(parent => parent != null && parent.Contains($"{span.TraceId}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ftp://localhost:1")]
    [InlineData("localhost")]
    public void Connect_NoHttpAddress_IsRefused(string address)
        => Should.Throw<ValidationException>(() => S2MClient.Connect(new Uri(address, UriKind.RelativeOrAbsolute))).Message.ShouldContain("expected http://HOST:PORT");

    [Fact]
    public void Connect_OptionOutOfRange_IsRefused()
        => Should.Throw<ValidationException>(() => S2MClient.Connect(new ClientOptions { Attempts = 9 })).Message.ShouldContain("Attempts");

    // Speaks HTTP/1.1 to whatever comes.
    private static async Task AnswerAsync(TcpListener listener, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using TcpClient connection = await listener.AcceptTcpClientAsync(stop);
                await connection.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), stop);
            }
            catch (Exception end) when (end is OperationCanceledException or IOException)
            {
                // Stopped by the test, or the caller hung up before the answer.
            }
        }
    }

    private void Fail(StatusCode status, int times)
    {
        for (int i = 0; i < times; i++)
        {
            _server.Jobs.Failures.Enqueue(new RpcException(new Grpc.Core.Status(status, "going down")));
        }
    }
}
