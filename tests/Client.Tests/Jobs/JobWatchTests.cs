using CsCheck;
using Grpc.Core;
using S2M.Client.Jobs;
using S2M.Client.Tests.Fakes;
using S2M.Protos.V1;

namespace S2M.Client.Tests.Jobs;

public sealed class JobWatchTests : IAsyncLifetime
{
    private FakeServer _server = null!;
    private S2MClient _client = null!;

    private static Gen<WatchJobResponse.EventOneofCase[]> Kinds { get; } =
        Gen.Int[(int)WatchJobResponse.EventOneofCase.Log, (int)WatchJobResponse.EventOneofCase.Progress].Select(kind => (WatchJobResponse.EventOneofCase)kind).Array[0, 30];

    // A cut connection takes with it what was on its way: before the first event the client gives up after five attempts, so there are fewer cuts than that.
    internal const int MostCuts = 3;

    internal static Gen<Cut> Cuts { get; } = Gen.Select(Gen.Int[0, 12], Gen.Enum<CutKind>(), (after, kind) => new Cut(after, kind));

    public async ValueTask InitializeAsync()
    {
        _server = await FakeServer.StartAsync();
        _client = TestClient.Of(_server);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task WatchAsync_CutAnywhere_EveryEventOnceInOrderThenTheEnd()
        => await Gen.Select(Kinds, Cuts.Array[0, MostCuts], Gen.Bool).SampleAsync(
            async (kinds, cuts, endedBefore) =>
            {
                // A job that was over, said so and ended the stream in order has nothing more to tell.
                FakeJob job = History(kinds, endedBefore, [.. cuts.Where(cut => cut is not { After: 1, Kind: CutKind.EndEarly } || !endedBefore)]);
                _server.Jobs.All[job.Job.JobId] = job;

                List<WatchJobResponse> seen = await ReadAsync(job.Job.JobId);

                Kept(seen).ShouldBe(Kept(job.Events));
                seen[^1].Job.ShouldBe(job.Job);
                seen.Count(response => response.Job is { } state && state.State.IsTerminal()).ShouldBe(1);
                seen.Count(response => response.Job is { } state && !state.State.IsTerminal()).ShouldBe(endedBefore ? 0 : 1);
            },
            iter: 150,
            threads: 1);

    [Fact]
    public async Task WatchAsync_WithCursor_GivesOnlyWhatIsNew()
    {
        FakeJob job = History([.. Enumerable.Repeat(WatchJobResponse.EventOneofCase.Log, 5)], endedBefore: true);
        _server.Jobs.All[job.Job.JobId] = job;

        List<WatchJobResponse> seen = await ReadAsync(job.Job.JobId, job.Events[2].Cursor);

        seen.Where(response => response.Log is not null).Select(response => response.Log.Offset).ShouldBe([4, 5]);
    }

    [Fact]
    public async Task WatchAsync_Cut_TellsOfTheReconnection()
    {
        FakeJob job = History([], endedBefore: false, new Cut(1, CutKind.Unavailable), new Cut(0, CutKind.Unavailable));
        _server.Jobs.All[job.Job.JobId] = job;
        var reconnections = new List<Reconnection>();

        await ReadAsync(job.Job.JobId, onReconnecting: reconnections.Add);

        reconnections.Select(reconnection => reconnection.Attempt).ShouldBe([1, 2]);
        reconnections.ShouldAllBe(reconnection => reconnection.Cause == "going down" && reconnection.Delay > TimeSpan.Zero);
    }

    [Fact]
    public async Task WatchAsync_ServerKilledAndStartedAgain_GoesOn()
    {
        FakeJob job = History([WatchJobResponse.EventOneofCase.Log], endedBefore: false);
        job.HoldsOpen = new TaskCompletionSource();
        _server.Jobs.All[job.Job.JobId] = job;
        var seen = new List<WatchJobResponse>();
        bool restarted = false;

        await foreach (WatchJobResponse response in _client.Jobs.WatchAsync(job.Job.JobId, cancellationToken: TestContext.Current.CancellationToken))
        {
            seen.Add(response);
            if (response.Log is not null && !restarted)
            {
                restarted = true;
                await _server.DisposeAsync();
                job.HoldsOpen = null;
                _server = await FakeServer.StartAsync(port: _server.Address.Port, parts: _server.Parts);
            }
        }

        Kept(seen).ShouldBe(Kept(job.Events));
        seen[^1].Job.State.ShouldBe(JobState.Succeeded);
    }

    [Fact]
    public async Task WatchAsync_ResumedBetweenTwoStreams_TellsBothEndsAndGoesOn()
    {
        FakeJob job = History([WatchJobResponse.EventOneofCase.Log], endedBefore: true, new Cut(1, CutKind.Unavailable));
        Job failed = job.Job.Clone();
        failed.State = JobState.Failed;
        job.Before = failed;
        _server.Jobs.All[job.Job.JobId] = job;
        Job running = job.Job.Clone();
        running.State = JobState.Running;

        List<WatchJobResponse> seen = await ReadAsync(job.Job.JobId, onReconnecting: _ => job.Before = running);

        seen.Where(response => response.Job is not null).Select(response => response.Job.State).ShouldBe([JobState.Failed, JobState.Running, JobState.Succeeded]);
    }

    [Fact]
    public async Task WatchAsync_UnknownJob_ThrowsAtOnce()
        => (await Should.ThrowAsync<S2MException>(() => ReadAsync("absent"))).Status.ShouldBe(StatusCode.NotFound);

    [Fact]
    public async Task WatchAsync_NoServer_ThrowsAfterTheAttempts()
    {
        await _server.DisposeAsync();
        var reconnections = new List<Reconnection>();

        S2MException problem = await Should.ThrowAsync<S2MException>(() => ReadAsync("any", onReconnecting: reconnections.Add));

        problem.Status.ShouldBe(StatusCode.Unavailable);
        problem.Message.ShouldContain(_server.Address.Authority);
        reconnections.Count.ShouldBe(_client.Options.Attempts - 1);
    }

    [Fact]
    public async Task WatchAsync_Cancelled_IsACancellation()
    {
        FakeJob job = History([], endedBefore: false);
        job.HoldsOpen = new TaskCompletionSource();
        _server.Jobs.All[job.Job.JobId] = job;
        using var source = new CancellationTokenSource();

        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (WatchJobResponse response in _client.Jobs.WatchAsync(job.Job.JobId, cancellationToken: source.Token))
            {
                response.Job.State.ShouldBe(JobState.Running);
                await source.CancelAsync();
            }
        });
    }

    internal static FakeJob History(WatchJobResponse.EventOneofCase[] kinds, bool endedBefore, params Cut[] cuts)
    {
        (int log, int step, int validation) = (0, 0, 0);
        var ended = new Job { JobId = "job-1", State = JobState.Succeeded, ParametersHash = new string('c', 64) };
        return new FakeJob
        {
            Job = ended,
            Before = endedBefore ? null : new Job { JobId = "job-1", State = JobState.Running },
            Cuts = new Queue<Cut>(cuts),
            Events =
            [
                .. kinds.Select(kind => kind switch
                {
                    WatchJobResponse.EventOneofCase.Log => new WatchJobResponse { Log = new LogLine { Offset = ++log, Message = $"line {log}" } },
                    WatchJobResponse.EventOneofCase.Step => new WatchJobResponse { Step = new StepMetrics { Step = ++step, Loss = double.NaN } },
                    WatchJobResponse.EventOneofCase.Validation => new WatchJobResponse { Validation = new ValidationMetrics { Step = ++validation, Accuracy = 0.5 } },
                    _ => new WatchJobResponse { Progress = new PhaseProgress { Phase = "test", Done = 1, Total = 2 } },
                }),
            ],
        }.Fill();
    }

    // Progress is not kept: what was sent before a cut is not sent again.
    private static IEnumerable<string> Kept(IEnumerable<WatchJobResponse> responses)
        => responses.Where(response => response.Job is null && response.Progress is null).Select(response => response.ToString());

    private async Task<List<WatchJobResponse>> ReadAsync(string jobId, WatchCursor? cursor = null, Action<Reconnection>? onReconnecting = null)
    {
        var seen = new List<WatchJobResponse>();
        await foreach (WatchJobResponse response in _client.Jobs.WatchAsync(jobId, cursor, onReconnecting, TestContext.Current.CancellationToken))
        {
            seen.Add(response);
        }

        return seen;
    }
}
