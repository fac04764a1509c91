using S2M.Integration.Tests.Faults;
using S2M.Integration.Tests.Processes;
using S2M.Protos.V1;

namespace S2M.Integration.Tests;

/// <summary>Workers that end in the middle of a job: others compute what they had.</summary>
public sealed class WorkerLossTests(Reference reference)
{
    [Fact, Proves(Fault.WorkerComesAndGoes)]
    public async Task Terminate_InTheMiddle_WorkerDrainsAndJobGoesOn()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        Watcher watcher = cluster.Watch(await cluster.SubmitAsync());
        await watcher.StepAsync(2);

        Finished ended = await cluster.Workers[0].EndAsync(ProgramProcess.Terminate);

        ended.ExitCode.ShouldBe(0, ended.Errors);
        await cluster.WorkerAsync("worker-1", worker => worker.State == WorkerState.Gone && worker.Reason.StartsWith("left", StringComparison.Ordinal));
        await AssertSameAsync(watcher);
        watcher.Lines.ShouldNotContain(line => line.Level == LogLevel.Warning && line.Message.Contains("worker-2", StringComparison.Ordinal));
    }

    [Fact, Proves(Fault.WorkerKilled)]
    public async Task Kill_InTheMiddle_ShareIsLeasedAgain()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        Watcher watcher = cluster.Watch(await cluster.SubmitAsync());
        await watcher.StepAsync(2);

        await cluster.Workers[0].EndAsync(ProgramProcess.Kill);

        await watcher.SeesAsync(happened => happened.Log is { Level: LogLevel.Warning } line
            && line.Message.Contains("share of worker worker-1 was lost and is leased again", StringComparison.Ordinal));
        await AssertSameAsync(watcher);
    }

    [Fact, Proves(Fault.AnotherContract)]
    public async Task Contract_OfAnotherKind_WorkerIsNotLentAndJobSaysWhy()
    {
        await using Cluster cluster = await Cluster.StartAsync(1);
        string contract = (await cluster.Client.Workers.ListAsync(cancellationToken: TestContext.Current.CancellationToken)).Single().NumericContract;
        Watcher watcher = cluster.Watch(await cluster.SubmitAsync());
        await watcher.StepAsync(2);

        // The job is bound to worker-1's contract by now: the stranger is free, and not lent.
        await using StrangeWorker stranger = await StrangeWorker.RegisterAsync(cluster.Address, "stranger", "numerics 0; abacus");
        await cluster.Workers[0].EndAsync(ProgramProcess.Kill);
        string expected = $"stranger: numeric contract: expected '{contract}', got 'numerics 0; abacus'";
        await watcher.SeesAsync(happened => happened.Job?.WaitsFor.Contains(expected, StringComparison.Ordinal) ?? false);
        await cluster.StartWorkerAsync();

        await AssertSameAsync(watcher);
        await cluster.WorkerAsync("stranger", worker => worker is { State: WorkerState.Ready, JobId: "" });
    }

    private async Task AssertSameAsync(Watcher watcher)
    {
        Job end = await watcher.EndAsync();
        end.State.ShouldBe(JobState.Succeeded, end.Reason);
        end.ParametersHash.ShouldBe(await reference.HashAsync());
        watcher.Steps.ShouldBe(Enumerable.Range(1, SmallJob.Steps));
    }
}
