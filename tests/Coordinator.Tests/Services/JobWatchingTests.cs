using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Services;
using S2M.Coordinator.Tests.Jobs;
using S2M.Coordinator.Tests.Storage;
using S2M.Coordinator.Training;
using S2M.Protos.V1;
using JobState = S2M.Coordinator.Jobs.JobState;

namespace S2M.Coordinator.Tests.Services;

/// <summary>Watchers over real rows: a job that is paused is written to by its loop's last flush, and needs no owner here.</summary>
public sealed class JobWatchingTests : IDisposable
{
    private const int Steps = 2300;

    private readonly StoreScene _scene = new();
    private readonly ApplicationLifetime _lifetime = new(NullLogger<ApplicationLifetime>.Instance);
    private readonly JobWatching _watching;

    public JobWatchingTests()
        => _watching = new JobWatching(_scene.Store, _scene.History, new JobQueries(_scene.Store, _scene.History, null!), null!, _lifetime, TimeProvider.System);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task WatchAsync_CutAnywhere_GoesOnWithoutGapOrRepetition()
    {
        string id = await PausedAsync();
        await AppendAsync(id, 1, Steps);
        await _scene.Store.MoveAsync(id, JobState.Paused, JobState.Cancelled, "enough", "ada", StoredJobs.Noon, Token);
        List<WatchJobResponse> whole = await WatchAsync(id, null, int.MaxValue);
        Events(whole).Count.ShouldBe(Steps + (Steps / 100) + (Steps / 50));
        whole[^1].Job.State.ShouldBe(Protos.V1.JobState.Cancelled, "the end comes last");

        foreach (int cut in (int[])[1, 2, 999, 1000, 1001, 1500, Steps, Steps + 30])
        {
            List<WatchJobResponse> first = await WatchAsync(id, null, cut);
            List<WatchJobResponse> rest = await WatchAsync(id, first[^1].Cursor, int.MaxValue);
            Events([.. first, .. rest]).ShouldBe(Events(whole), $"cut after {cut}");
        }
    }

    [Fact]
    public async Task WatchAsync_JobGoesOn_SeesEverythingThatIsWrittenMeanwhile()
    {
        string id = await PausedAsync();
        int written = 0;
        var writing = new SemaphoreSlim(0);
        var writer = new ListWriter<WatchJobResponse>(message => writing.Release());
        Task watch = _watching.WatchAsync(new WatchJobRequest { JobId = id }, writer, Token);
        await writing.WaitAsync(Token);
        for (int round = 0; round < 5; round++)
        {
            await AppendAsync(id, written + 1, written + 100);
            written += 100;
            for (int message = 0; message < 103; message++)
            {
                await writing.WaitAsync(Token);
            }
        }

        await _scene.Store.MoveAsync(id, JobState.Paused, JobState.Cancelled, "enough", "ada", StoredJobs.Noon, Token);
        await watch;

        writer.Written.Where(message => message.Step is not null).Select(message => message.Step.Step).ShouldBe(Enumerable.Range(1, 500));
        writer.Written[0].Job.State.ShouldBe(Protos.V1.JobState.Paused);
        writer.Written[^1].Job.State.ShouldBe(Protos.V1.JobState.Cancelled);
    }

    [Fact]
    public async Task WatchAsync_HostStops_SendsTheWatcherAwayToComeBack()
    {
        string id = await PausedAsync();
        Task watch = _watching.WatchAsync(new WatchJobRequest { JobId = id }, new ListWriter<WatchJobResponse>(_ => _lifetime.StopApplication()), Token);

        (await Should.ThrowAsync<Grpc.Core.RpcException>(() => watch)).StatusCode.ShouldBe(Grpc.Core.StatusCode.Unavailable);
    }

    [Fact]
    public async Task ReadLogsAsync_FromAnyOffset_GivesWhatIsBehindIt()
    {
        string id = await PausedAsync();
        await AppendAsync(id, 1, Steps);
        var writer = new ListWriter<ReadLogsResponse>(_ => { });

        await _watching.ReadLogsAsync(new ReadLogsRequest { JobId = id, AfterOffset = 17 }, writer, NoAnswer, Token);

        writer.Written.Select(message => message.Line.Offset).ShouldBe(Enumerable.Range(18, (Steps / 50) - 17).Select(offset => (long)offset));
    }

    // Otherwise a client that follows a quiet job could not tell it from a server that hangs.
    [Fact]
    public async Task ReadLogsAsync_FollowedWithoutALine_IsAnsweredOnceAndGoesOn()
    {
        string id = await PausedAsync();
        await AppendAsync(id, 1, 100);
        long last = (await _scene.History.LinesAsync(id, 0, Steps, Token))[^1].Offset;
        int answers = 0;
        var answered = new TaskCompletionSource();
        var came = new TaskCompletionSource();
        var writer = new ListWriter<ReadLogsResponse>(_ => came.TrySetResult());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task follow = _watching.ReadLogsAsync(new ReadLogsRequest { JobId = id, AfterOffset = last, Follow = true }, writer, Answer, stop.Token);

        await answered.Task.WaitAsync(Token);
        writer.Written.ShouldBeEmpty();
        await AppendAsync(id, 101, 150);
        await came.Task.WaitAsync(Token);

        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(follow);
        answers.ShouldBe(1);
        writer.Written[0].Line.Offset.ShouldBe(last + 1);

        Task Answer()
        {
            answers++;
            answered.SetResult();
            return Task.CompletedTask;
        }
    }

    private static Task NoAnswer() => throw new InvalidOperationException("answer: expected lines alone");

    private static List<string> Events(IReadOnlyList<WatchJobResponse> messages)
        => [.. messages.Where(message => message.Job is null).Select(message => $"{message.Step}{message.Validation}{message.Log}").Order(StringComparer.Ordinal)];

    private async Task<string> PausedAsync()
    {
        string id = await _scene.BeginAsync();
        await _scene.Store.MoveAsync(id, JobState.Running, JobState.Paused, "asked", "ada", StoredJobs.Noon, Token);
        return id;
    }

    private async Task AppendAsync(string id, int first, int last)
    {
        IEnumerable<int> steps = Enumerable.Range(first, last - first + 1);
        (await _scene.History.AppendAsync(
            id,
            1,
            new JobEvents(
                [.. steps.Select(step => new StepRecord(step, 1.0 / step, 0.5, 1e-3))],
                [.. steps.Where(step => step % 100 == 0).Select(step => new ValidationRecord(step, 0.25))],
                [.. steps.Where(step => step % 50 == 0).Select(step => new JobLogLine(0, $"line-{step}", StoredJobs.Noon, JobLogLevel.Info, step, $"step {step}"))]),
            Token)).ShouldBeTrue();
    }

    private async Task<List<WatchJobResponse>> WatchAsync(string id, WatchCursor? cursor, int most)
    {
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(Token);
        int left = most;
        var writer = new ListWriter<WatchJobResponse>(_ =>
        {
            if (--left == 0)
            {
                cut.Cancel();
            }
        });
        try
        {
            await _watching.WatchAsync(new WatchJobRequest { JobId = id, Cursor = cursor }, writer, cut.Token);
        }
        catch (OperationCanceledException) when (cut.IsCancellationRequested)
        {
            // The connection was cut, as asked.
        }

        return writer.Written;
    }
}
