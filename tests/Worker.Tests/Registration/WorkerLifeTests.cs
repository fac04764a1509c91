using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Health.V1;
using S2M.Protos.V1;
using S2M.Worker.Tests.Processes;

namespace S2M.Worker.Tests.Registration;

/// <summary>From registration to the end, with a process for each.</summary>
public sealed class WorkerLifeTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private FakeCoordinator _coordinator = null!;

    public async ValueTask InitializeAsync() => _coordinator = await FakeCoordinator.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _coordinator.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Serve_TerminatedInAShare_FinishesItRefusesOthersLeavesAndEnds()
    {
        using var job = new ServedJob();
        job.ServeAt(_coordinator);
        var (asked, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        Func<FetchArraysRequest, Task<float[][]>> arrays = _coordinator.OnArrays;
        _coordinator.OnArrays = async request =>
        {
            asked.TrySetResult();
            await release.Task;
            return await arrays(request);
        };
        using WorkerProcess worker = WorkerProcess.Start(_coordinator.Address, _folder.Path);
        using ShareClient client = await worker.ConnectAsync();
        ComputeShareRequest share = ServedJob.Share(_coordinator, (await _coordinator.Registrations.Reader.ReadAsync()).Incarnation);
        share.Gradient = job.Gradient(2, 0, 2);
        Task<Answer> inside = client.ComputeAsync(share);
        await asked.Task;

        worker.Signal(WorkerProcess.Terminate);
        await worker.LineAsync("draining: SIGTERM");
        RpcException refusal = await client.RefusedAsync(share);
        HealthCheckResponse health = await new Health.HealthClient(client.Channel).CheckAsync(new HealthCheckRequest());
        await ReadUntilAsync(_coordinator.Beats.Reader, beat => beat.State == WorkerState.Draining);
        release.SetResult();

        (refusal.StatusCode, refusal.Status.Detail).ShouldBe(
            (StatusCode.Unavailable, "worker: expected a worker that takes shares, got one that is draining; send the share elsewhere"));
        health.Status.ShouldBe(HealthCheckResponse.Types.ServingStatus.NotServing);
        (await inside).Nodes().Single().Sum.Present.ShouldBe(2);
        LeaveWorkerRequest leave = await _coordinator.Leaves.Reader.ReadAsync();
        (leave.WorkerId, leave.Incarnation, leave.Reason).ShouldBe(("worker-1", share.Incarnation, "SIGTERM"));
        (int exitCode, string output, string errors) = await worker.FinishAsync();
        exitCode.ShouldBe(0, errors);
        output.ShouldBe($"listening on {(await worker.Address).GetLeftPart(UriPartial.Authority)}");
    }

    [Fact]
    public async Task Serve_SecondSignalInAShare_EndsAtOnce()
    {
        using var job = new ServedJob();
        job.ServeAt(_coordinator);
        var asked = new TaskCompletionSource();
        _coordinator.OnArrays = _ =>
        {
            asked.TrySetResult();
            return new TaskCompletionSource<float[][]>().Task;
        };
        using WorkerProcess worker = WorkerProcess.Start(_coordinator.Address, _folder.Path);
        using ShareClient client = await worker.ConnectAsync();
        ComputeShareRequest share = ServedJob.Share(_coordinator, (await _coordinator.Registrations.Reader.ReadAsync()).Incarnation);
        share.Gradient = job.Gradient(1, 0, 1);
        Task<RpcException> inside = client.RefusedAsync(share);
        await asked.Task;

        worker.Signal(WorkerProcess.Interrupt);
        await worker.LineAsync("draining: SIGINT");
        worker.Signal(WorkerProcess.Terminate);

        (await worker.FinishAsync()).ExitCode.ShouldBe(130);
        await inside;
        _coordinator.Leaves.Reader.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Serve_CoordinatorAsksToDrain_LeavesAndEnds()
    {
        _coordinator.OnBeat = _ => new BeatResponse { Known = true, State = WorkerState.Draining };
        using WorkerProcess worker = WorkerProcess.Start(_coordinator.Address, _folder.Path);

        (await _coordinator.Leaves.Reader.ReadAsync()).Reason.ShouldBe("drained by the coordinator");
        (await worker.FinishAsync()).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Serve_StandardInputCloses_LeavesAndEnds()
    {
        using WorkerProcess worker = WorkerProcess.Start(_coordinator.Address, _folder.Path, "--watch-stdin");
        await _coordinator.Registrations.Reader.ReadAsync();

        worker.CloseInput();

        (await _coordinator.Leaves.Reader.ReadAsync()).Reason.ShouldBe("standard input closed");
        (await worker.FinishAsync()).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Serve_CoordinatorForgotTheWorker_RegistersAgainAsTheSameStart()
    {
        int beats = 0;
        _coordinator.OnBeat = _ => new BeatResponse { Known = Interlocked.Increment(ref beats) != 2, State = WorkerState.Ready };
        using WorkerProcess worker = WorkerProcess.Start(_coordinator.Address, _folder.Path);
        RegisterWorkerRequest first = await _coordinator.Registrations.Reader.ReadAsync();

        RegisterWorkerRequest second = await _coordinator.Registrations.Reader.ReadAsync();

        second.ShouldBe(first);
        await worker.LineAsync("does not know this worker any more");
    }

    [Fact]
    public async Task Serve_CoordinatorAwayAtTheStartAndLater_IsFoundEachTimeAndLoggedOncePerChange()
    {
        int port = FreePort();
        using WorkerProcess worker = WorkerProcess.Start(new Uri($"http://127.0.0.1:{port}"), _folder.Path);
        await worker.LineAsync("the coordinator does not answer");

        await using (FakeCoordinator first = await FakeCoordinator.StartAsync(port))
        {
            await first.Registrations.Reader.ReadAsync();
            await first.Beats.Reader.ReadAsync();
        }

        await using FakeCoordinator second = await FakeCoordinator.StartAsync(port);
        await second.Beats.Reader.ReadAsync();
        second.OnBeat = _ => new BeatResponse { Known = true, State = WorkerState.Draining };

        (int exitCode, _, string errors) = await worker.FinishAsync();
        exitCode.ShouldBe(0);

        // A change of the kind of error may be told too, an attempt never is.
        worker.Count("the coordinator does not answer").ShouldBeInRange(1, 4, errors);
        worker.Count("registered as worker-1").ShouldBe(1, errors);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task ReadUntilAsync<T>(System.Threading.Channels.ChannelReader<T> reader, Func<T, bool> seen)
    {
        while (!seen(await reader.ReadAsync()))
        {
            // The next one may be.
        }
    }
}
