using Microsoft.Extensions.Time.Testing;
using S2M.Cli.Following;
using S2M.Cli.Output;
using S2M.Client.Tests.Fakes;
using S2M.Protos.V1;

namespace S2M.Cli.Tests.Following;

public sealed class FollowTests : CommandTest
{
    [Fact]
    public async Task RunAsync_CutsInBetween_ShowsEverythingOnceAndSaysReconnecting()
    {
        var job = EndingJob();
        job.Cuts.Enqueue(new Cut(3, CutKind.Unavailable));
        job.Cuts.Enqueue(new Cut(0, CutKind.Unavailable));
        Server.Jobs.All["quick-1"] = job;
        await using var client = S2M.Client.S2MClient.Connect(new S2M.Client.ClientOptions { Address = Server.Address, Token = Token, Backoff = TimeSpan.FromMilliseconds(1) });
        using var output = new StringWriter();

        FollowedJob followed = await new Follow(client, View(output)).RunAsync("quick-1", TestContext.Current.CancellationToken);

        followed.Succeeded.ShouldBeTrue();
        string text = output.ToString();
        Count(text, "reconnecting... (going down)").ShouldBe(1);
        Count(text, "one image is upside down").ShouldBe(1);
        Count(text, "validation accuracy 0.8750").ShouldBe(1);
        JobMetrics.Read(followed.Metrics!).Retrievals!.Single().MeanAveragePrecision.ShouldBe(0.7123);
    }

    [Fact]
    public void Show_StepsOnATerminal_TellsSpeedAndTimeLeft()
    {
        var time = new FakeTimeProvider();
        using var output = new StringWriter();
        var view = new JobView(new StatusLine(output, interactive: true, 200, time), time);
        var job = new Job { JobId = "j", State = JobState.Running, Step = 10, Steps = 110, Specification = """{"training":{"episodes_per_step":4}}""" };
        view.Show(new WatchJobResponse { Job = job });
        for (int step = 9; step <= 20; step++)
        {
            view.Show(new WatchJobResponse { Step = new StepMetrics { Step = step, Loss = 0.25, Accuracy = 0.5 } });
            time.Advance(TimeSpan.FromSeconds(step < 10 ? 0 : 2));
        }

        string last = output.ToString().Split('\r')[^1];

        last.ShouldContain("20/110  loss 0.2500  accuracy 0.500");
        last.ShouldContain("episodes/s");
        last.ShouldContain("left");
    }

    [Fact]
    public void Show_WaitingJob_SaysForWhat()
    {
        using var output = new StringWriter();

        View(output).Show(new WatchJobResponse { Job = new Job { JobId = "j", State = JobState.Queued, Reason = "submitted", WaitsFor = "a worker with cpu avx2" } });

        output.ToString().ShouldContain("queued: submitted");
        output.ToString().ShouldContain("waits for a worker with cpu avx2");
    }

    private static JobView View(TextWriter output) => new(new StatusLine(output, interactive: false, 80, TimeProvider.System), TimeProvider.System);

    private static int Count(string text, string fragment) => text.Split(fragment).Length - 1;
}
