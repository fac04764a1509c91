using CsCheck;
using S2M.Client.Tests.Fakes;
using S2M.Protos.V1;

namespace S2M.Client.Tests.Jobs;

public sealed class LogReaderTests : IAsyncLifetime
{
    private FakeServer _server = null!;
    private S2MClient _client = null!;

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
    public async Task ReadLogsAsync_FollowingCutAnywhere_EveryLineOnceInOrder()
        => await Gen.Select(Gen.Int[0, 25], JobWatchTests.Cuts.Array[0, JobWatchTests.MostCuts], Gen.Int[0, 5]).SampleAsync(
            async (lines, cuts, known) =>
            {
                // That a log ended in order but too early, only a job that runs on can tell: below.
                _server.Jobs.All["job-1"] = WithLines(lines, [.. cuts.Where(cut => cut.Kind != CutKind.EndEarly)]);

                List<long> seen = await ReadAsync(known, follow: true);

                seen.ShouldBe(Enumerable.Range(1, lines).Skip(known).Select(line => (long)line));
            },
            iter: 100,
            threads: 1);

    [Fact]
    public async Task ReadLogsAsync_NotFollowing_EndsWithTheLinesOfNow()
    {
        _server.Jobs.All["job-1"] = WithLines(3);
        _server.Jobs.All["job-1"].Job.State = JobState.Running;

        (await ReadAsync(after: 1, follow: false)).ShouldBe([2, 3]);
    }

    [Fact]
    public async Task ReadLogsAsync_StreamEndsBeforeTheJob_FollowsOn()
    {
        FakeJob job = WithLines(2);
        job.Job.State = JobState.Running;
        _server.Jobs.All["job-1"] = job;

        List<long> seen = await ReadAsync(after: 0, follow: true, onReconnecting: _ =>
        {
            job.Events.Add(new WatchJobResponse { Log = new LogLine { Offset = 3 } });
            job.Job.State = JobState.Failed;
        });

        seen.ShouldBe([1, 2, 3]);
    }

    private static FakeJob WithLines(int lines, params Cut[] cuts)
        => JobWatchTests.History([.. Enumerable.Repeat(WatchJobResponse.EventOneofCase.Log, lines)], endedBefore: true, cuts);

    private async Task<List<long>> ReadAsync(long after, bool follow, Action<Reconnection>? onReconnecting = null)
    {
        var seen = new List<long>();
        await foreach (LogLine line in _client.Jobs.ReadLogsAsync("job-1", after, follow, onReconnecting, TestContext.Current.CancellationToken))
        {
            seen.Add(line.Offset);
        }

        return seen;
    }
}
