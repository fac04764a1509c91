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
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        };
        await using Cluster cluster = await Cluster.StartAsync(1, environment: environment);
        string file = cluster["job.yaml"];
        await File.WriteAllTextAsync(file, SmallJob.File, TestContext.Current.CancellationToken);
        Finished submitted = await cluster.RunCommandAsync(["job", "submit", file, .. SmallJob.Options]);
        submitted.ExitCode.ShouldBe(0, submitted.Errors);
        Job job = await cluster.Client.Jobs.ListAsync(cancellationToken: TestContext.Current.CancellationToken).SingleAsync(TestContext.Current.CancellationToken);
        job = await cluster.Watch(job).EndAsync();

        // Their end sends what is left.
        (await cluster.Workers[0].EndAsync(ProgramProcess.Terminate)).ExitCode.ShouldBe(0);
        (await cluster.Coordinator.EndAsync(ProgramProcess.Terminate)).ExitCode.ShouldBe(0);

        ReceivedSpan[] trace = [.. receiver.Spans.Where(span => span.TraceId == job.TraceId)];
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
}
