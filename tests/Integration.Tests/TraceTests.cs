using System.Text;
using S2M.Integration.Tests.Processes;
using S2M.Integration.Tests.Telemetry;
using S2M.Protos.V1;

namespace S2M.Integration.Tests;

/// <summary>One trace from the command line to the training threads.</summary>
public sealed class TraceTests
{
    [Fact]
    public async Task Submit_Followed_EverySpanHasItsParentInOneTrace()
    {
        await using TraceReceiver receiver = await TraceReceiver.StartAsync();
        await using Cluster cluster = await Cluster.StartAsync(1, environment: Environment(receiver));
        string file = cluster["job.yaml"];
        await File.WriteAllTextAsync(file, SmallJob.File, TestContext.Current.CancellationToken);
        Finished submitted = await cluster.RunCommandAsync(["job", "submit", file, .. SmallJob.Options]);
        submitted.ExitCode.ShouldBe(0, submitted.Errors);
        Job job = await cluster.Client.Jobs.ListAsync(cancellationToken: TestContext.Current.CancellationToken).SingleAsync(TestContext.Current.CancellationToken);
        job = await cluster.Watch(job).EndAsync();

        ReceivedSpan[] trace = await TraceOfAsync(job, cluster, receiver);
        (string Service, string Name)[] seen = [.. trace.Select(span => (span.Service, span.Name)).Distinct()];
        seen.ShouldContain(("s2m", "Jobs.Submit"));
        seen.ShouldContain(("s2m-coordinator", "queue"));
        seen.ShouldContain(("s2m-coordinator", "loop"));
        seen.ShouldContain(("s2m-coordinator", "step"));
        seen.ShouldContain(("s2m-coordinator", "dispatch share"));
        seen.ShouldContain(("s2m-coordinator", "checkpoint"));
        seen.ShouldContain(span => span.Service == "s2m-coordinator" && span.Name.Contains("SubmitJob", StringComparison.Ordinal));
        seen.ShouldContain(("s2m-worker", "share Gradient"));
        trace.Count(span => span.Name == "step").ShouldBe(SmallJob.Steps);

        var known = trace.Select(span => span.SpanId).ToHashSet(StringComparer.Ordinal);
        trace.Where(span => span.ParentId.Length > 0 && !known.Contains(span.ParentId)).Select(span => (span.Service, span.Name)).Distinct().ShouldBeEmpty();
        trace.Where(span => span.ParentId.Length == 0).Select(span => (span.Service, span.Name)).ShouldBe([("s2m", "Jobs.Submit")]);
    }

    [Theory]
    [InlineData("float32")]
    [InlineData("bfloat16")]
    public async Task Submit_EveryArrayOverAConnectionOfItsOwn_EachIsSeenAndTheBitsAreThoseOfOneProcess(string format)
    {
        string[] settings = [$"training.gradient_format={format}"];
        using var folder = new TempFolder();
        string expected = SmallJob.Figures(await Reference.TrainAsync(folder["reference"], settings));
        await using TraceReceiver receiver = await TraceReceiver.StartAsync();
        Dictionary<string, string> environment = Environment(receiver);
        environment["S2M_Dispatch__TicketBytes"] = "1";
        await using Cluster cluster = await Cluster.StartAsync(2, environment: environment);

        Job job = await cluster.Watch(await cluster.SubmitAsync(settings)).EndAsync();

        job.State.ShouldBe(JobState.Succeeded, job.Reason);
        byte[] metrics = await cluster.Client.Jobs.ReadFileAsync(job.JobId, "metrics.json", cancellationToken: TestContext.Current.CancellationToken);
        SmallJob.Figures(Encoding.UTF8.GetString(metrics)).ShouldBe(expected);

        // Where no such connection came about, the next arrays would come within calls: these two kinds would be seen once or twice.
        ReceivedSpan[] trace = await TraceOfAsync(job, cluster, receiver);
        trace.Count(span => span is { Service: "s2m-coordinator", Name: "take array" }).ShouldBeGreaterThan(SmallJob.Steps, "answers");
        trace.Count(span => span is { Service: "s2m-worker", Name: "take array" }).ShouldBeGreaterThan(SmallJob.Steps, "pulls");
    }

    private static Dictionary<string, string> Environment(TraceReceiver receiver) => new(StringComparer.Ordinal)
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Address,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
    };

    /// <summary>Ends the processes, which sends what is left of their spans.</summary>
    private static async Task<ReceivedSpan[]> TraceOfAsync(Job job, Cluster cluster, TraceReceiver receiver)
    {
        foreach (ProgramProcess process in cluster.Workers.Append(cluster.Coordinator))
        {
            (await process.EndAsync(ProgramProcess.Terminate)).ExitCode.ShouldBe(0);
        }

        return [.. receiver.Spans.Where(span => span.TraceId == job.TraceId)];
    }
}
